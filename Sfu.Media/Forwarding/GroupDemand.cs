using System.Runtime.CompilerServices;
using Sfu.Media.Bwe;

namespace Sfu.Media.Forwarding;

/// <summary>How many consumers of one engine want each decode target of a producer. Media thread only.</summary>
internal sealed class GroupDemand
{
    private Counts _counts;

    /// <summary>Bit 4·s + t: some consumer wants target (s, t).</summary>
    public int Targets { get; private set; }

    /// <summary>One consumer wants something else than before. True: so do all together.</summary>
    public bool Change(int before, int after)
    {
        var wanted = 0;
        for (var target = 0; target < LayerDemand.TargetCount; target++)
        {
            _counts[target] += ((after >> target) & 1) - ((before >> target) & 1);
            wanted |= _counts[target] > 0 ? 1 << target : 0;
        }

        var changes = wanted != Targets;
        Targets = wanted;
        return changes;
    }

    [InlineArray(LayerDemand.TargetCount)]
    private struct Counts
    {
        private int _first;
    }
}
