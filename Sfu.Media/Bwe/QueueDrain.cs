namespace Sfu.Media.Bwe;

/// <summary>
/// How much less than the estimate is to be sent for the path's queue to empty. What is under way counts as well: it stands in the queue, or will,
/// as far as it is more than a round trip carries. Media thread only.
/// </summary>
internal sealed class QueueDrain(QueueDelay queue, SendHistory history)
{
    /// <summary>For so long after a cut the queue is one that it was made for.</summary>
    public const long AfterCutUs = 3_000_000;

    private const long DrainedUs = 40_000;
    private const long DrainUs = 500_000;
    private const long OverfilledUs = 150_000;
    private const double MinShare = 0.4;

    // Where a probe has filled the queue, which ends by itself.
    private const double MinShareOfProbe = 0.7;

    // State.
    private long _standingUs;

    /// <summary>Of the estimate, at most 1.</summary>
    public double Share { get; private set; } = 1;

    /// <summary>So much stands in the queue or is on the way to it that packets may have found no room.</summary>
    public bool IsOverfilled => _standingUs > OverfilledUs;

    /// <summary>How long what is under way beyond a round trip's worth takes to leave.</summary>
    /// <param name="bitrate">At which it leaves.</param>
    /// <param name="rttUs">Round-trip time.</param>
    public long StandingUs(long bitrate, long rttUs) => Math.Max(queue.Us, (history.BytesInFlight * 8_000_000 / bitrate) - rttUs);

    /// <summary>Feedback has come.</summary>
    /// <param name="standingUs">Of <see cref="StandingUs"/>.</param>
    /// <param name="isFilling">The queue is full, and does not empty.</param>
    /// <param name="isDraining">The rate was cut within <see cref="AfterCutUs"/>.</param>
    /// <param name="isOfProbe">A probe has filled it, or may have.</param>
    public void Update(long standingUs, bool isFilling, bool isDraining, bool isOfProbe)
    {
        _standingUs = standingUs;
        var least = isOfProbe ? MinShareOfProbe : MinShare;
        Share = isFilling ? least
            : isDraining ? Math.Clamp(1 - ((double)(standingUs - DrainedUs) / DrainUs), least, 1) : 1;
    }
}
