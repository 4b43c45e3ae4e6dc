namespace Sfu.Actors.Protocol;

/// <summary>A Producer that crosses between two nodes, or is about to.</summary>
/// <param name="ProducerId">The same on both.</param>
/// <param name="PeerId">Whose it is; null where nobody's, or where the node does not know it any more.</param>
public sealed record PipedProducer(ProducerId ProducerId, PeerId? PeerId);
