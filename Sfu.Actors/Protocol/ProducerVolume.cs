namespace Sfu.Actors.Protocol;

/// <summary>How loud a Producer was.</summary>
/// <param name="ProducerId">Which.</param>
/// <param name="PeerId">Whose it is.</param>
/// <param name="Volume">On average, in dBov: −127 (silent) … 0.</param>
public sealed record ProducerVolume(ProducerId ProducerId, PeerId? PeerId, int Volume);
