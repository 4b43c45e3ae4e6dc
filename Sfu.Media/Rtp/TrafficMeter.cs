using Sfu.Media.Wire;

namespace Sfu.Media.Rtp;

/// <summary>Bytes of one kind of traffic since the start, and how many a second at present. Media thread only.</summary>
internal sealed class TrafficMeter
{
    // Made by the first packet: most kinds never occur.
    private RateMeter? _rate;

    /// <summary>Since the start.</summary>
    public long Bytes { get; private set; }

    public void Add(int bytes, MediaTime now)
    {
        Bytes += bytes;
        _rate ??= new RateMeter();
        _rate.Add(bytes, now);
    }

    /// <summary>Over the last second.</summary>
    public long BitsPerSecond(MediaTime now) => _rate?.BitsPerSecond(now) ?? 0;
}
