using System.Runtime.CompilerServices;
using Sfu.Media.Codecs;

namespace Sfu.Media.Forwarding;

/// <summary>How many consumers of one engine want each encoding of a producer. Media thread only.</summary>
internal struct GroupDemand
{
    private Counts _counts;

    /// <summary>Bit i: some consumer wants encoding i.</summary>
    public int Encodings { get; private set; }

    /// <summary>One consumer wants something else than before. True: so do all together.</summary>
    public bool Change(int before, int after)
    {
        var wanted = 0;
        for (var encoding = 0; encoding < FrameLayers.MaxSpatialLayers; encoding++)
        {
            _counts[encoding] += ((after >> encoding) & 1) - ((before >> encoding) & 1);
            wanted |= _counts[encoding] > 0 ? 1 << encoding : 0;
        }

        var changes = wanted != Encodings;
        Encodings = wanted;
        return changes;
    }

    [InlineArray(FrameLayers.MaxSpatialLayers)]
    private struct Counts
    {
        private int _first;
    }
}
