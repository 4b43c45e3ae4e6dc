using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// What the path carries by Receiver Reports alone (draft-ietf-rmcat-gcc-02 §6): for clients that have agreed to give feedback and give
/// none. It grows while hardly anything is lost, falls where much is, and falls where the round trip becomes long, which tells of a queue
/// that swallows what would be lost. Media thread only.
/// </summary>
/// <remarks>
/// It tells what may be tried, not what was seen: nothing says what arrives, and nobody probes. So it grows little further than to what is wanted,
/// and it begins at what is sent already.
/// </remarks>
internal sealed class ReportRateControl(long floor)
{
    /// <summary>Without other feedback for so long, reports have to do.</summary>
    public const long PatienceUs = 3_000_000;

    private const double FewLost = 0.02;
    private const double ManyLost = 0.10;
    private const double Increase = 1.08;
    private const double MaxOverDesired = 1.2;
    private const double LossWeight = 0.5;
    private const double Backoff = 0.85;
    private const long IntervalUs = 1_000_000;
    private const long MinQueueUs = 200_000;
    private const double LongRtt = 1.5;
    private const double RttDrift = 1.02;

    private double _lostBits;
    private double _bits;
    private long _rttUs;
    private double _leastRttUs;
    private MediaTime _judgedAt = MediaTime.Never;

    /// <summary>In bit/s; 0 before the first reports are judged.</summary>
    public long Bitrate { get; private set; }

    /// <summary>A report about one stream.</summary>
    /// <param name="lossShare">Since the report before, 0 … 1.</param>
    /// <param name="bitrate">That the stream is sent at: its weight among the others.</param>
    /// <param name="rttUs">0: not known.</param>
    public void Add(double lossShare, long bitrate, long rttUs)
    {
        _lostBits += lossShare * bitrate;
        _bits += bitrate;
        _rttUs = Math.Max(_rttUs, rttUs);
    }

    /// <summary>Judges what has been added, once a second.</summary>
    /// <param name="start">The estimate so far.</param>
    /// <param name="sent">Bits per second, over all streams.</param>
    /// <param name="desired">What could be used.</param>
    /// <param name="now">Call time.</param>
    /// <returns>Whether there is something new.</returns>
    public bool Update(long start, long sent, long desired, MediaTime now)
    {
        if (_bits <= 0 || (_judgedAt != MediaTime.Never && now.UsSince(_judgedAt) < IntervalUs))
        {
            return false;
        }

        _judgedAt = now;
        var lossShare = _lostBits / _bits;
        var isQueued = IsQueued();
        var before = Bitrate > 0 ? Bitrate : Math.Max(start, sent);
        if (lossShare > ManyLost)
        {
            Bitrate = (long)(Math.Min(before, Math.Max(sent, floor)) * (1 - (LossWeight * lossShare)));
        }
        else if (isQueued)
        {
            Bitrate = (long)(Backoff * Math.Min(before, Math.Max(sent, floor)));
        }
        else
        {
            Bitrate = lossShare < FewLost ? Math.Max(before, Math.Min((long)(Increase * before), (long)(MaxOverDesired * desired))) : before;
        }

        Bitrate = Math.Max(Bitrate, floor);
        _lostBits = _bits = 0;
        _rttUs = 0;
        return true;
    }

    /// <summary>Better feedback came: what reports said is forgotten.</summary>
    public void Reset()
    {
        Bitrate = 0;
        _lostBits = _bits = 0;
        _rttUs = 0;
        _judgedAt = MediaTime.Never;
    }

    private bool IsQueued()
    {
        if (_rttUs <= 0)
        {
            return false;
        }

        // A path that has become longer for good is accepted after a while.
        _leastRttUs = _leastRttUs > 0 ? Math.Min(_leastRttUs * RttDrift, _rttUs) : _rttUs;
        return _rttUs > (LongRtt * _leastRttUs) + MinQueueUs;
    }
}
