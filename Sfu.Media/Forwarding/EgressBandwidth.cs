using Sfu.Media.Bwe;
using Sfu.Media.Control;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// What the path to one client carries, how its consumers share it, and the probes that find out about more. Made by the first packet that
/// the client's feedback can tell of. Media thread only.
/// </summary>
internal sealed class EgressBandwidth
{
    private const int IntervalMs = 50;
    private const long BeatUs = 10_000;
    private const int ProbeIntervalMs = 5;

    // Where nobody tells of the path but Receiver Reports, which are looked at as they come, there is nothing that changes faster.
    private const int UnmeasuredIntervalMs = 1000;
    private const int MaxProbePackets = 16;
    private const int MaxPaddingBytes = 1400;
    private const long IdleUs = SendHistory.MaxAgeUs + 500_000;

    // After the path has become narrower nobody gets more for a while.
    private const long CalmUs = 2_000_000;

    // A layer more is tried where it fits with room to spare, and its rate varies: the path is probed until that much is known to be there.
    private const double Headroom = 1.25;

    // A layer more is given where a tenth would be left over: that much is known to be there too where much is sent again.
    private const double ClimbMargin = 1.1;

    // An estimate moves with each feedback: who follows it hears at once of what is a quarter more or less, and of the rest now and then.
    private const long NewsIntervalUs = 2_000_000;
    private const double NewsShare = 0.25;

    // Given.
    private readonly MediaTransport _transport;

    // Owned.
    private readonly BandwidthEstimator _estimator;
    private readonly EgressPacer _pacer;
    private readonly DesiredBitrate _desired = new();

    // State.
    private MediaTime _lastSent;
    private MediaTime _lastNarrowing = MediaTime.Zero;
    private long _shared;
    private long _traced;
    private MediaTime _tracedAt = MediaTime.Zero;
    private string _source = "transport-cc";

    public EgressBandwidth(MediaTransport transport, long start)
    {
        _transport = transport;
        _estimator = new BandwidthEstimator(start);
        _pacer = new EgressPacer(transport, _estimator);
        Repair = new RepairEffort(_estimator);
        ApplyLimits();
        _traced = _estimator.Bitrate;
    }

    /// <summary>When <see cref="OnTime"/> wants to be called.</summary>
    public MediaTime NextTimeout { get; private set; } = MediaTime.Never;

    /// <summary>The estimate in bit/s.</summary>
    public long Bitrate => _estimator.Bitrate;

    public BandwidthEstimator Estimator => _estimator;

    public EgressPacer Pacer => _pacer;

    /// <summary>What of it goes into sending again.</summary>
    public RepairEffort Repair { get; }

    private int Interval => _estimator.IsProbing ? ProbeIntervalMs : _estimator.IsMeasured ? IntervalMs : UnmeasuredIntervalMs;

    /// <summary>Sent only to probe.</summary>
    public TrafficMeter Probation { get; } = new();

    public void ApplyLimits() => _estimator.SetLimits(_transport.Limits.MinOutgoing ?? 0, _transport.Limits.MaxOutgoing ?? 0);

    /// <summary>A packet left with this transport-wide sequence number.</summary>
    public void OnSent(ushort sequence, int bytes, MediaTime now)
    {
        _estimator.OnSent(sequence, bytes, now);
        _lastSent = now;
        if (NextTimeout == MediaTime.Never)
        {
            WakeIn(Interval, now);
        }
    }

    /// <summary>
    /// The client knows the packet, of which <see cref="OnSent"/> tells next, by the number of its stream alone.
    /// </summary>
    public void NoteStream(ushort sequence, uint ssrc, ushort streamSequence) => _estimator.NoteStream(sequence, ssrc, streamSequence);

    /// <summary>A stream is over.</summary>
    public void Forget(uint ssrc) => _estimator.Forget(ssrc);

    public void OnFeedback(in TransportCcFeedback feedback, MediaTime now)
    {
        var before = _estimator.Target;
        _estimator.OnFeedback(feedback, now);
        Follow("transport-cc", before, now);
    }

    public void OnFeedback(in CongestionFeedback feedback, MediaTime now)
    {
        var before = _estimator.Target;
        _estimator.OnFeedback(feedback, now);
        Follow("ccfb", before, now);
    }

    /// <summary>A Receiver Report about one stream.</summary>
    /// <param name="lossShare">0 … 1.</param>
    /// <param name="bitrate">That the stream was sent at.</param>
    /// <param name="rttUs">0: not known.</param>
    /// <param name="now">Time of the report.</param>
    public void OnReport(double lossShare, long bitrate, long rttUs, MediaTime now)
    {
        var before = _estimator.Target;
        if (_estimator.OnReport(lossShare, bitrate, rttUs, now))
        {
            Follow("rr", before, now);
        }
    }

    public void OnRemb(long bitrate, MediaTime now)
    {
        _estimator.OnRemb(bitrate, now);
        _lastSent = now;
        _source = "remb";
        WakeIn(IntervalMs, now);
    }

    public void OnTime(MediaTime now)
    {
        if (now < NextTimeout)
        {
            return;
        }

        if (now.UsSince(_lastSent) > IdleUs && !_estimator.HasRemb)
        {
            _estimator.OnIdle();
            _pacer.OnIdle();
            NextTimeout = MediaTime.Never;
            return;
        }

        NextTimeout = MediaTime.Never;
        _desired.Update(BandwidthShares.DesiredBy(_transport.Egress, _estimator.IsMeasured, now), now);
        _estimator.Desired = (long)(Math.Max(Headroom, ClimbMargin * Repair.WithMedia) * _desired.Now);
        _estimator.Sent = _transport.Egress.Bitrate(now);
        _estimator.OnTime(now);
        Probe(now);
        Share(now);
        Trace(now);
        WakeIn(Interval, now);
    }

    /// <summary>Shares the path among the consumers as it stands.</summary>
    public void Share(MediaTime now)
    {
        var isCalm = now.UsSince(_lastNarrowing) < CalmUs;

        // What is missing is missing for a moment.
        var isShort = isCalm || _estimator.IsEmptying;

        // What a full queue had no room for a key frame of a lower layer makes good all at once.
        var keepsSpatial = isShort && !_estimator.IsOverfilled;
        var available = isShort ? _estimator.Target : (long)(_estimator.Target / Repair.WithMedia);
        var path = new PathToShare(available, _shared, _estimator.IsMeasured, MayClimb: !isCalm, keepsSpatial);
        if (_transport.Engine.Shares.Apply(_transport.Egress, path, now))
        {
            _lastNarrowing = now;
        }

        _shared = path.Available;
    }

    public PathDump Dump() => new(
        _estimator.Bitrate, _estimator.Target, _estimator.IsMeasured, _estimator.QueueDelayUs, _estimator.LossShare, _estimator.RttUs, _pacer.Count);

    /// <summary>What is too much has to stop now; more can wait for the timer.</summary>
    private void Follow(string source, long before, MediaTime now)
    {
        _source = source;
        WakeIn(IntervalMs, now);
        if (_estimator.Target < before)
        {
            _pacer.OnNarrowed();
            Share(now);
        }
    }

    private void WakeIn(int ms, MediaTime now)
    {
        var due = now.PlusMs(ms);
        if (ms >= IntervalMs)
        {
            due = due.OnBeat(BeatUs);
        }

        if (NextTimeout == MediaTime.Never || NextTimeout > due)
        {
            NextTimeout = due;
            _transport.WakeBy(due);
        }
    }

    private void Probe(MediaTime now)
    {
        for (var i = 0; i < MaxProbePackets && _estimator.ProbeBytesDue(now) > 0; i++)
        {
            if (_pacer.LeaveOne(now))
            {
                // Media that waits probes as well as anything, and is of use.
                continue;
            }

            var bytes = SendPadding(now);
            if (bytes == 0)
            {
                return;
            }

            Probation.Add(bytes, now);
        }
    }

    private int SendPadding(MediaTime now)
    {
        foreach (var consumer in _transport.Egress.Consumers)
        {
            if (consumer.TrySendPadding(MaxPaddingBytes, now) is > 0 and var bytes)
            {
                return bytes;
            }
        }

        return 0;
    }

    private bool IsNews(long bitrate, MediaTime now) =>
        bitrate != _traced && (Math.Abs(bitrate - _traced) > NewsShare * _traced || now.UsSince(_tracedAt) >= NewsIntervalUs);

    private void Trace(MediaTime now)
    {
        if ((_transport.Traced & MediaTraceTypes.Bwe) == 0 || !IsNews(_estimator.Bitrate, now))
        {
            return;
        }

        _traced = _estimator.Bitrate;
        _tracedAt = now;
        _transport.Events.TransportTraced(new BweTrace(
            _transport.UnixMs(now),
            _source,
            _desired.Now,
            _desired.Effective,
            Math.Max(_transport.Limits.MinOutgoing ?? 0, BandwidthEstimator.MinBitrate),
            _transport.Limits.MaxOutgoing ?? 0,
            _estimator.Start,
            _estimator.IsProbing ? _estimator.ProbeBitrate : 0,
            _estimator.Bitrate));
    }
}
