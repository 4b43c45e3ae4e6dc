using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// What the last probe saw, as long as what arrives of late is that of the probe too: a queue that the probe filled says nothing against the media
/// before it, which alone was less than the path carries. A queue that is served at far less is another one: the path has become narrow since. Media thread only.
/// </summary>
internal struct ProbedRate
{
    // Jitter flatters a probe, but not so much.
    private const double MinServedShare = 0.5;

    private long _bitrate;
    private MediaTime _at;

    /// <summary>A probe is over.</summary>
    /// <param name="bitrate">What it saw, in bit/s; 0: nothing.</param>
    /// <param name="now">Call time.</param>
    public void OnProbe(long bitrate, MediaTime now)
    {
        _bitrate = bitrate;
        _at = now;
    }

    /// <summary>The queue was served at this rate.</summary>
    public void OnServed(long bitrate)
    {
        if (bitrate < MinServedShare * _bitrate)
        {
            this = default;
        }
    }

    /// <summary>Whether there was a probe, whatever it saw.</summary>
    public readonly bool Counts(MediaTime now) => now.UsSince(_at) < ThroughputEstimator.DefaultWindowUs;

    /// <summary>What the path carries, if this is what arrives.</summary>
    public readonly long AtLeast(long carried, MediaTime now) => Counts(now) ? Math.Max(carried, _bitrate) : carried;
}
