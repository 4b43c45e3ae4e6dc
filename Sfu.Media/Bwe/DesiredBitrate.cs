using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// What all consumers of a transport would take, without its dips: a layer that is gone for a moment is wanted again the next. It rises at
/// once and falls by 5 % of its height a second, as mediasoup's effective desired bitrate does. Media thread only.
/// </summary>
internal sealed class DesiredBitrate
{
    private const double FallPerSecond = 0.05;

    private long _highest;
    private MediaTime _highestAt;

    /// <summary>At present, in bit/s.</summary>
    public long Now { get; private set; }

    /// <summary>Without its dips, in bit/s.</summary>
    public long Effective { get; private set; }

    public void Update(long desired, MediaTime now)
    {
        Now = desired;
        var fallen = _highest - (long)(_highest * FallPerSecond * Math.Max(0, now.UsSince(_highestAt)) / 1_000_000);
        if (desired >= fallen)
        {
            _highest = desired;
            _highestAt = now;
        }

        Effective = Math.Max(desired, fallen);
    }
}
