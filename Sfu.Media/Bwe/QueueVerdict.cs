using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// What the length of the path's queue and the trend of its delay say together: whether the path is overused, and how long its queue counts as.
/// Jitter, of which some is in every delay, makes each bound longer. Media thread only.
/// </summary>
internal sealed class QueueVerdict(QueueDelay queue)
{
    private const long RealUs = 15_000;
    private const long LongUs = 40_000;
    private const long OfProbeUs = 50_000;
    private const long FullUs = 80_000;
    private const long RebaseUs = 3_000_000;
    private const double EmptyingShare = 0.8;

    // State.
    private MediaTime _longSince = MediaTime.Never;
    private long _longUs;
    private long _lastUs;
    private MediaTime _trustedUntil;

    /// <summary>There is a queue, and not jitter alone.</summary>
    public bool IsReal => queue.Us >= RealUs + (queue.JitterUs / 2);

    /// <summary>What is sent now comes late.</summary>
    public bool IsLong => queue.Us >= LongUs + (queue.JitterUs / 2);

    /// <summary>It is longer than a probe makes it.</summary>
    public bool IsLongerThanOfProbe => queue.Us >= OfProbeUs + queue.JitterUs;

    /// <summary>It takes more than a frame to empty.</summary>
    public bool IsFull => queue.Us > FullUs + queue.JitterUs;

    /// <summary>Whether so much would be less than a full queue.</summary>
    public bool IsLessThanFull(long us) => us < FullUs + queue.JitterUs;

    /// <summary>The path has just been seen to carry what is sent: until then a short queue is none.</summary>
    public void Trust(MediaTime until) => _trustedUntil = until;

    /// <summary>
    /// The trend tells of a queue that begins to fill, but jitter can look like one: then the least delay stays where it was. And a queue
    /// that is long is too long, whatever its trend.
    /// </summary>
    /// <param name="trend">Of <see cref="OveruseDetector"/>.</param>
    /// <param name="now">Time of the feedback.</param>
    public NetworkUsage Judge(NetworkUsage trend, MediaTime now)
    {
        if (!IsLong)
        {
            _longSince = MediaTime.Never;
            _lastUs = queue.Us;
            return trend == NetworkUsage.Over && !(IsReal && now > _trustedUntil) ? NetworkUsage.Normal : trend;
        }

        if (_longSince == MediaTime.Never || queue.Us < _longUs * EmptyingShare)
        {
            // Where it empties the clock begins anew.
            _longSince = now;
            _longUs = queue.Us;
        }
        else if (now.UsSince(_longSince) > RebaseUs)
        {
            queue.Rebase();
            _longSince = MediaTime.Never;
            return NetworkUsage.Normal;
        }

        var isEmptying = trend == NetworkUsage.Under || queue.Us < _lastUs;
        _lastUs = queue.Us;
        return isEmptying ? NetworkUsage.Under : NetworkUsage.Over;
    }
}
