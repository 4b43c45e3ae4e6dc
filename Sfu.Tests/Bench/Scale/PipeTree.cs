namespace Sfu.Bench.Scale;

/// <summary>
/// Who passes a stream on to whom, among the nodes that carry its room: node i, counted from the speaker's, gets it from node (i − 1) / fan-out.
/// With a fan-out of all of them it is the direct pipes that the SFU has.
/// </summary>
internal readonly record struct PipeTree(int Nodes, int FanOut)
{
    public int ChildrenOf(int node) => Math.Clamp(Nodes - 1 - (node * FanOut), 0, FanOut);

    public int Depth
    {
        get
        {
            var depth = 0;
            for (var node = Nodes - 1; node > 0; node = (node - 1) / FanOut)
            {
                depth++;
            }

            return depth;
        }
    }
}
