using System.Runtime.InteropServices;
using Sfu.Media.Buffers;
using Sfu.Media.Rtcp;
using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// How much a path to a client carries (draft-ietf-rmcat-gcc-02): the lower of what delay and loss allow, within limits. Told of each packet
/// with a transport-wide sequence number and of all feedback; tells the bitrate, and when to probe. Sans-IO, allocates only while its
/// windows grow. Media thread only.
/// </summary>
internal sealed class BandwidthEstimator
{
    /// <summary>Below this no call is worth having.</summary>
    public const long MinBitrate = 30_000;

    /// <summary>How often <see cref="OnTime"/> wants to be called while there is something to wait for.</summary>
    public const long IntervalUs = 50_000;

    private const long RembLifeUs = 10_000_000;
    private const long SilenceUs = 1_500_000;
    private const long SilenceStepUs = 500_000;
    private const double SilenceFactor = 0.8;
    private const long TrustUs = 100_000;
    private const double SeenInQueue = 0.85;

    // Owned.
    private readonly SendHistory _history = new();
    private readonly TransportCcResults _transportCc = new();
    private readonly List<PacketResult> _results = [];
    private readonly ArrivalGroups _groups = new();
    private readonly TrendlineEstimator _trendline = new();
    private readonly OveruseDetector _detector = new();
    private readonly ThroughputEstimator _throughput = new();
    private readonly QueueDelay _queue = new();
    private readonly QueueVerdict _verdict;
    private readonly QueueDrain _drain;
    private readonly ApplicationLimit _application = new();
    private readonly AimdRateControl _rate;
    private readonly LossController _loss = new(MinBitrate);
    private readonly Probe _probe = new();
    private readonly ProbeController _probes = new();
    private readonly ReportRateControl _reports = new(MinBitrate);
    private CongestionFeedbackResults? _congestion;

    // State.
    private long _min = MinBitrate;
    private long _max = long.MaxValue;
    private long _remb = long.MaxValue;
    private MediaTime _rembAt;
    private MediaTime _lastFeedback = MediaTime.Never;
    private MediaTime _lastSilenceStep = MediaTime.Never;
    private ProvenRate _proven;
    private ProbedRate _probed;
    private MediaTime _probeStartedAt;
    private bool _probesIdle;
    private bool _hasFeedback;
    private bool _followsReports;

    public BandwidthEstimator(long start)
    {
        Start = Math.Max(start, MinBitrate);
        _verdict = new QueueVerdict(_queue);
        _drain = new QueueDrain(_queue, _history);
        _rate = new AimdRateControl(Start, MinBitrate);
        Bitrate = Start;
        Target = Start;
    }

    /// <summary>What it began with.</summary>
    public long Start { get; }

    /// <summary>What the path carries, in bit/s.</summary>
    public long Bitrate { get; private set; }

    /// <summary>What to send: less than <see cref="Bitrate"/> while a queue that the path was overfilled with has to empty.</summary>
    public long Target { get; private set; }

    /// <summary>The path was overfilled, and its queue has to empty.</summary>
    public bool IsEmptying => Target < Bitrate;

    /// <summary>The path's queue is so long that what is sent now comes late.</summary>
    public bool HasLongQueue => _verdict.IsLong;

    /// <summary>So much stands in the queue or is on the way to it that packets may have found no room.</summary>
    public bool IsOverfilled => _drain.IsOverfilled;

    /// <summary>What could be used; while it is more than the estimate, the path is probed.</summary>
    public long Desired { get; set; }

    /// <summary>What is sent, in bit/s.</summary>
    public long Sent { get; set; }

    /// <summary>Somebody has told of the path.</summary>
    public bool IsMeasured => (_hasFeedback && !_followsReports) || _remb != long.MaxValue;

    /// <summary>The client's own estimate counts.</summary>
    public bool HasRemb => _remb != long.MaxValue;

    public long RttUs { get; private set; }

    public NetworkUsage Usage { get; private set; }

    public long QueueDelayUs => _queue.Us;

    /// <summary>Share of packets lost in the last window, 0 … 1.</summary>
    public double LossShare => _loss.LossShare;

    /// <summary>Share of packets that the path loses whatever is sent, 0 … 1, now or as a rule.</summary>
    public double InherentLoss => Math.Max(_loss.Inherent, _loss.Usual);

    /// <summary>The same as a rule, over some twenty windows.</summary>
    public double UsualLoss => _loss.Usual;

    /// <summary>More than this share of packets is lost, or it is not known yet that it is less.</summary>
    public bool IsLossy(double share) => !_loss.IsKnown || Math.Max(InherentLoss, _loss.LossShare) > share;

    /// <summary>Less is sent than the path would carry.</summary>
    public bool IsApplicationLimited => _application.IsLimited;

    /// <summary>Packets must leave faster now than the media alone.</summary>
    public bool IsProbing => _probe.IsSending;

    public long ProbeBitrate => _probe.Bitrate;

    public SendHistory History => _history;

    /// <param name="min">At least this, 0: <see cref="MinBitrate"/>.</param>
    /// <param name="max">At most this; 0: no limit.</param>
    public void SetLimits(long min, long max)
    {
        _min = Math.Max(min, MinBitrate);
        _max = max > 0 ? Math.Max(max, _min) : long.MaxValue;
        Conclude();
    }

    /// <summary>Asks the processor for what <see cref="OnSent"/> needs that lies so many references away.</summary>
    public void Prefetch(int hop)
    {
        switch (hop)
        {
            case 0:
                CacheHint.Object(this, 4);
                break;
            case 1:
                CacheHint.Object(_history);
                CacheHint.Object(_application);
                CacheHint.Object(_probe);
                break;
            default:
                _history.Prefetch();
                break;
        }
    }

    /// <summary>A packet leaves.</summary>
    public void OnSent(ushort sequence, int bytes, MediaTime now)
    {
        if (_lastFeedback == MediaTime.Never || _history.BytesInFlight <= 0)
        {
            // Silence counts from when there is something to be told of.
            _lastFeedback = now;
        }

        _history.Add(sequence, bytes, _probe.ClusterToSend, now);
        _application.OnSent(bytes);
        if (_probe.IsSending)
        {
            _probe.OnSent(bytes, now);
        }
    }

    /// <summary>The client knows the packet, of which <see cref="OnSent"/> tells next, by the number of its stream alone.</summary>
    public void NoteStream(ushort sequence, uint ssrc, ushort streamSequence)
    {
        _congestion ??= new CongestionFeedbackResults();
        _congestion.Add(ssrc, streamSequence, sequence, _history);
    }

    /// <summary>A stream is over.</summary>
    public void Forget(uint ssrc) => _congestion?.Forget(ssrc);

    public void OnFeedback(in TransportCcFeedback feedback, MediaTime now)
    {
        _results.Clear();
        _transportCc.Read(feedback, _history, _results);
        OnResults(now);
    }

    /// <summary>Feedback about streams that <see cref="NoteStream"/> told of.</summary>
    public void OnFeedback(in CongestionFeedback feedback, MediaTime now)
    {
        if (_congestion is not null)
        {
            _results.Clear();
            _congestion.Read(feedback, _history, _results);
            OnResults(now);
        }
    }

    /// <summary>
    /// A Receiver Report about one stream. It counts only where no feedback has come for <see cref="ReportRateControl.PatienceUs"/> though
    /// there was something to be told of. What it says is no measure of the path (<see cref="IsMeasured"/>): layers follow it, and nobody is
    /// left out for it.
    /// </summary>
    /// <param name="lossShare">0 … 1.</param>
    /// <param name="bitrate">That the stream is sent at.</param>
    /// <param name="rttUs">0: not known.</param>
    /// <param name="now">Time of the report.</param>
    /// <returns>Whether the estimate follows reports.</returns>
    public bool OnReport(double lossShare, long bitrate, long rttUs, MediaTime now)
    {
        if (_remb != long.MaxValue || _lastFeedback == MediaTime.Never || now.UsSince(_lastFeedback) < ReportRateControl.PatienceUs)
        {
            return false;
        }

        _reports.Add(lossShare, bitrate, rttUs);
        _followsReports = true;
        return true;
    }

    /// <summary>Feedback of another kind, read into results in the order of sending.</summary>
    public void OnFeedback(List<PacketResult> results, MediaTime now)
    {
        _results.Clear();
        foreach (var result in results)
        {
            _results.Add(result);
        }

        OnResults(now);
    }

    /// <summary>The client estimates by itself (draft-alvestrand-rmcat-remb-03). It counts as an upper bound for a while.</summary>
    public void OnRemb(long bitrate, MediaTime now)
    {
        _remb = bitrate;
        _rembAt = now;
        Conclude();
    }

    /// <summary>Bytes that are to leave now for the path to be probed; 0 or less: none.</summary>
    public long ProbeBytesDue(MediaTime now) => _probe.BytesDue(now);

    /// <summary>Nothing has left for so long that no feedback comes any more: gives memory back.</summary>
    public void OnIdle()
    {
        _history.Clear();
        _congestion?.Clear();
    }

    /// <summary>To be called every <see cref="IntervalUs"/> or so. Begins probes.</summary>
    public void OnTime(MediaTime now)
    {
        _application.OnTime(Bitrate, now);
        _probe.OnTime(now);
        ConcludeProbe(now);
        if (_remb != long.MaxValue && now.UsSince(_rembAt) > RembLifeUs)
        {
            _remb = long.MaxValue;
        }

        if (_followsReports)
        {
            _reports.Update(Bitrate, Sent, Desired, now);
        }
        else if (_lastFeedback != MediaTime.Never && _history.BytesInFlight > 0 && now.UsSince(_lastFeedback) > SilenceUs && _hasFeedback
            && (_lastSilenceStep == MediaTime.Never || now.UsSince(_lastSilenceStep) >= SilenceStepUs))
        {
            // Nothing comes back: either way of the path may be stuck, and what is sent then only fills a queue.
            _lastSilenceStep = now;
            _rate.Limit((long)(Bitrate * SilenceFactor));
        }

        Conclude();
        if (_hasFeedback && !_probe.IsRunning && Usage == NetworkUsage.Normal && !_verdict.IsReal
            && now.UsSince(_lastFeedback) < SilenceUs && _probes.TryPlan(Bitrate, Desired, _max, _rate.IsNearCapacity, now, out var bitrate))
        {
            _probesIdle = _application.IsLimited;
            _probeStartedAt = now;
            _probe.Start(bitrate, _queue.JitterUs, _proven.LongestProbeUs(bitrate), now);
        }
    }

    private void OnResults(MediaTime now)
    {
        if (_results.Count == 0)
        {
            return;
        }

        _hasFeedback = true;
        _lastFeedback = now;
        _application.OnTime(Bitrate, now);
        if (_followsReports)
        {
            _followsReports = false;
            _reports.Reset();
        }

        _queue.Begin();
        var lastSendUs = long.MinValue;
        foreach (ref readonly var result in CollectionsMarshal.AsSpan(_results))
        {
            if (_rate.LastDecrease == MediaTime.Never || result.SendUs >= _rate.LastDecrease.Us)
            {
                // What was sent into the queue before the rate fell, and found no room, says nothing of the rate as it is now.
                _loss.Add(result);
            }

            if (!result.IsReceived)
            {
                continue;
            }

            lastSendUs = Math.Max(lastSendUs, result.SendUs);
            _throughput.Add(result);
            _queue.Add(result);
            if (_groups.TryAdd(result, out var sendDelta, out var arrivalDelta))
            {
                _trendline.Update(sendDelta, arrivalDelta, result.ArrivalUs);
                _detector.Update(_trendline.Trend, sendDelta, result.ArrivalUs);
            }
        }

        if (lastSendUs != long.MinValue)
        {
            var rtt = now.Us - lastSendUs;
            RttUs = RttUs == 0 ? rtt : ((7 * RttUs) + rtt) / 8;
        }

        _queue.End(now);
        foreach (ref readonly var result in CollectionsMarshal.AsSpan(_results))
        {
            _probe.Add(result, _queue.UsualUs);
        }

        _throughput.Update();
        Usage = _verdict.Judge(_detector.Usage, now);
        ConcludeProbe(now);
        if (Usage == NetworkUsage.Over)
        {
            _probes.OnOveruse(now);
        }

        if (_probe.IsRunning && _probesIdle && Usage == NetworkUsage.Over && !_verdict.IsLongerThanOfProbe)
        {
            // So much of a queue is the probe's own where the media is less than the path carries, which the probe tells in a moment.
            Usage = NetworkUsage.Under;
        }

        // What a lossy path swallows has passed its bottleneck too.
        var arriving = _verdict.IsFull
            ? Math.Min(_throughput.BitsPerSecond, _throughput.RecentBitsPerSecond())
            : _throughput.BitsPerSecond;
        if (_queue.TryGetServed(out var served))
        {
            arriving = Math.Min(arriving, served);
            _proven.OnServed(served);
            _probed.OnServed(served);
        }
        else
        {
            _proven.OnArriving(_throughput.BitsPerSecond);
        }

        var carried = (long)(arriving / (1 - _loss.Inherent));
        if (!_probe.IsRunning)
        {
            carried = _probed.AtLeast(carried, now);
        }

        // Who sends little does not fill a queue: as long as that is short, what arrives is not what the path carries.
        // Nor is it where a queue is hardly longer than a frame and was not seen to be served: then the rate falls by a step alone.
        var isIdle = _application.IsLimited && !HasLongQueue;
        var isStep = Usage == NetworkUsage.Over && (isIdle || (!_queue.TryGetServed(out _) && _verdict.IsLessThanFull(_drain.StandingUs(Math.Max(carried, _rate.Bitrate), RttUs))));
        _rate.Update(Usage, isStep ? Math.Max(carried, Bitrate) : carried, RttUs, now);
        _loss.Update(Math.Min(_rate.Bitrate, _loss.Bitrate), isIdle ? 0 : _throughput.BitsPerSecond, Usage != NetworkUsage.Normal, now);

        // Where less is sent than the path carries, what arrives is no measure of how fast it leaves.
        var standingUs = _drain.StandingUs(Math.Max(carried, _rate.Bitrate), RttUs);
        var isDraining = _rate.LastDecrease != MediaTime.Never && now.UsSince(_rate.LastDecrease) < QueueDrain.AfterCutUs;
        _drain.Update(standingUs, Usage == NetworkUsage.Over && _verdict.IsFull, isDraining, _probe.IsRunning || _probed.Counts(now));
        Conclude();
    }

    private void ConcludeProbe(MediaTime now)
    {
        if (!_probe.TryConclude(now, out var measured))
        {
            return;
        }

        measured = Math.Min(_probe.Bitrate, (long)(measured / (1 - _loss.Inherent)));
        _probed.OnProbe(measured, now);
        _proven.OnProbe(measured);
        _probes.OnResult(Bitrate, _probe.Bitrate, measured, RttUs, now);
        if (_rate.TryTakeBack(measured, _probeStartedAt, now))
        {
            _loss.OnProbe(_rate.Bitrate);
            Conclude();
        }

        if (Usage == NetworkUsage.Over)
        {
            if (_verdict.IsLongerThanOfProbe)
            {
                return;
            }

            // It saw what it saw, and its queue is short: most of that counts.
            measured = (long)(SeenInQueue * measured);
        }

        var raised = _rate.OnProbe(measured, now);
        if (measured > Bitrate)
        {
            _verdict.Trust(now.PlusUs(RttUs + TrustUs));
            _loss.OnProbe(raised);
        }
    }

    private void Conclude()
    {
        var known = _followsReports && _reports.Bitrate > 0 ? _reports.Bitrate
            : _hasFeedback || _remb == long.MaxValue ? Math.Min(_rate.Bitrate, _loss.Bitrate) : long.MaxValue;
        Bitrate = Math.Clamp(Math.Min(known, _remb), _min, _max);
        Target = Math.Max(_min, (long)(_drain.Share * Bitrate));
    }
}
