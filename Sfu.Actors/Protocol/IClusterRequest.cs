namespace Sfu.Actors.Protocol;

/// <summary>A request about the cluster as a whole, which any of its nodes answers (key <c>SfuMember</c>).</summary>
public interface IClusterRequest : IWireMessage, IRequest;
