using System.Runtime.CompilerServices;

namespace Sfu.Media.Bwe;

/// <summary>
/// Which packets belonged to which of the last probes. While a probe is sent, every packet belongs to it: a range of numbers says it all.
/// Media thread only.
/// </summary>
internal sealed class ProbeRanges
{
    private const int Count = 4;

    private Ranges _ranges;
    private int _newest;

    /// <param name="cluster">The probe's number, not 0.</param>
    /// <param name="sequence">Unwrapped, the next of the probe.</param>
    public void Add(byte cluster, long sequence)
    {
        if (_ranges[_newest].Cluster != cluster)
        {
            _newest = (_newest + 1) % Count;
            _ranges[_newest] = new Range(cluster, sequence, sequence);
        }

        _ranges[_newest] = _ranges[_newest] with { Last = sequence };
    }

    /// <summary>0: of none, or of one long ago.</summary>
    public byte ClusterOf(long sequence)
    {
        for (var i = 0; i < Count; i++)
        {
            var range = _ranges[i];
            if (range.Cluster != 0 && sequence >= range.First && sequence <= range.Last)
            {
                return range.Cluster;
            }
        }

        return 0;
    }

    private readonly record struct Range(byte Cluster, long First, long Last);

    [InlineArray(Count)]
    private struct Ranges
    {
        private Range _first;
    }
}
