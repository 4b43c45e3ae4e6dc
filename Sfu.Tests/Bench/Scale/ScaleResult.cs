namespace Sfu.Bench.Scale;

/// <summary>What came of a <see cref="ScaleCase"/>.</summary>
/// <param name="Carrying">Nodes that carry part of the room.</param>
/// <param name="CrossStreams">Streams between nodes, each counted once for each pair that it crosses.</param>
/// <param name="WorstFanOut">Streams that one node sends to others, at most.</param>
/// <param name="Hops">From a speaker's node to the farthest one.</param>
/// <param name="WorstPercent">How much of the most loaded node is in use, other rooms included; above 100, it would fail.</param>
/// <param name="MeanPercent">Over all nodes.</param>
internal sealed record ScaleResult(int Carrying, long CrossStreams, int WorstFanOut, int Hops, double WorstPercent, double MeanPercent);
