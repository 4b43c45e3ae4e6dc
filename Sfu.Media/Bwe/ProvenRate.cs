namespace Sfu.Media.Bwe;

/// <summary>
/// What a path whose queue has filled can be counted on to carry: what it served its queue at last, and more as more is seen to arrive. Unlike the estimate it does not fall because
/// little is sent. It bounds what a probe may put into the queue. Media thread only.
/// </summary>
internal struct ProvenRate
{
    // The path's queue has room for a frame more behind a probe that long: routers' queues take 200 ms and up.
    private const long MaxQueueUs = 100_000;

    // Jitter flatters a probe.
    private const double ProbeTrust = 0.8;

    /// <summary>In bit/s; 0 while the queue has never filled.</summary>
    public long Bitrate { get; private set; }

    /// <summary>The queue was served at this rate.</summary>
    public void OnServed(long bitrate) => Bitrate = bitrate;

    /// <summary>So much arrived.</summary>
    public void OnArriving(long bitrate) => Raise(bitrate);

    /// <summary>A probe saw so much.</summary>
    public void OnProbe(long measured) => Raise((long)(ProbeTrust * measured));

    /// <summary>How long a probe of a rate may last, in microseconds, if the path should carry no more than this.</summary>
    public readonly long LongestProbeUs(long bitrate) =>
        Bitrate > 0 && bitrate > Bitrate ? MaxQueueUs * Bitrate / (bitrate - Bitrate) : long.MaxValue;

    private void Raise(long bitrate) => Bitrate = Bitrate == 0 ? 0 : Math.Max(Bitrate, bitrate);
}
