namespace Sfu.Actors.Protocol;

/// <summary>A message that may cross nodes: it has a manifest in <c>Serialization/</c>. Everything else stays on its node.</summary>
public interface IWireMessage;
