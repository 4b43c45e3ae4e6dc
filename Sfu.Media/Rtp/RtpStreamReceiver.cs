using Sfu.Media.Rtcp;
using Sfu.Media.Wire;

namespace Sfu.Media.Rtp;

/// <summary>
/// Reception statistics of one SSRC: extended sequence numbers, loss, jitter, rates, and the sender's reports; makes report blocks. An RTX
/// stream has an instance of its own. Media thread only.
/// </summary>
public sealed class RtpStreamReceiver
{
    // A jump of the transit time beyond this is a changed clock, not jitter.
    private const int MaxTransitChangeSeconds = 5;

    private readonly int _clockRate;
    private readonly RateMeter _rate = new();

    private SequenceTracker _sequence;
    private bool _hasTransit;
    private uint _transit;
    private uint _lastTimestamp;
    private long _jitterScaled;
    private long _received;
    private long _expectedPrior;
    private long _receivedPrior;
    private SenderInfo _senderInfo;
    private MediaTime _senderInfoAt;

    /// <param name="ssrc">The stream.</param>
    /// <param name="clockRate">Timestamp units per second, as negotiated.</param>
    public RtpStreamReceiver(uint ssrc, int clockRate)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clockRate);
        Ssrc = ssrc;
        _clockRate = clockRate;
    }

    public uint Ssrc { get; }

    public int ClockRate => _clockRate;

    /// <summary>Cycles in the upper, highest sequence number in the lower 16 bits.</summary>
    public uint ExtendedHighestSequence => (uint)_sequence.Highest;

    /// <summary>Interarrival jitter in timestamp units (RFC 3550 §6.4.1).</summary>
    public uint Jitter => (uint)(_jitterScaled >> 4);

    /// <summary>Packets that came over the wire under this SSRC, duplicates and late ones included; rejected ones are not.</summary>
    public long PacketCount { get; private set; }

    /// <summary>Bytes of those packets, headers included.</summary>
    public long ByteCount { get; private set; }

    public long DuplicateCount { get; private set; }

    /// <summary>Packets under this SSRC whose number is too far from the others to be of the stream.</summary>
    public long RejectedCount { get; private set; }

    /// <summary>Lost packets that a retransmission brought.</summary>
    public long RecoveredCount { get; private set; }

    /// <summary>Packets lost since the start, 24-bit signed range; packets that a retransmission brought still count as lost
    /// here.</summary>
    public int CumulativeLost => (int)Math.Clamp(_sequence.Expected - _received, ReportBlock.MinCumulativeLost, ReportBlock.MaxCumulativeLost);

    /// <summary>Packets that should have come since the start, by their sequence numbers.</summary>
    public long ExpectedCount => _sequence.Expected;

    /// <summary>Packets that came by themselves since the start.</summary>
    public long ReceivedCount => _received;

    /// <summary>1/256 of the packets lost in the interval of the last <see cref="BuildReportBlock"/>.</summary>
    public byte FractionLost { get; private set; }

    /// <summary>Whether a sender report has come.</summary>
    public bool HasSenderReport { get; private set; }

    /// <summary>The newest sender report: the stream's mapping from NTP to RTP time. Meaningful only when
    /// <see cref="HasSenderReport"/>.</summary>
    public SenderInfo LastSenderReport => _senderInfo;

    /// <summary>Bits per second over the last second, headers included.</summary>
    public long Bitrate(MediaTime now) => _rate.BitsPerSecond(now);

    /// <summary>A packet of this SSRC came from the network, unprotected.</summary>
    public SequenceArrival OnPacket(scoped in RtpPacket packet, MediaTime now)
    {
        var arrival = _sequence.OnSequence(packet.SequenceNumber);
        if (arrival == SequenceArrival.Rejected)
        {
            RejectedCount++;
            return arrival;
        }

        if (arrival == SequenceArrival.Restarted)
        {
            _received = 0;
            _receivedPrior = 0;
            _expectedPrior = 0;
            _hasTransit = false;
        }

        Count(packet, now);
        _received++;
        if (arrival == SequenceArrival.Duplicate)
        {
            DuplicateCount++;
        }
        else if (arrival != SequenceArrival.Late)
        {
            UpdateJitter(packet.Timestamp, now);
        }

        return arrival;
    }

    /// <summary>
    /// A packet of this stream came by RTX (RFC 4588), unwrapped. It fills the gap for duplicate detection and counts as repaired, but
    /// neither as
    /// received nor for the jitter: reports describe the original stream.
    /// </summary>
    public SequenceArrival OnRecoveredPacket(scoped in RtpPacket packet)
    {
        if (!_sequence.IsStarted)
        {
            // The base of the loss count is a packet of the stream itself.
            return SequenceArrival.Rejected;
        }

        var arrival = _sequence.OnSequence(packet.SequenceNumber);
        if (arrival is SequenceArrival.Late or SequenceArrival.Newest)
        {
            RecoveredCount++;
        }

        return arrival;
    }

    /// <summary>
    /// A packet that <see cref="OnPacket"/> was told of had been asked for: without RTX it comes again under its own number, and counts as received and as
    /// repaired.
    /// </summary>
    public void OnRepaired() => RecoveredCount++;

    /// <summary>A sender report for this SSRC.</summary>
    public void OnSenderReport(in SenderInfo info, MediaTime now)
    {
        _senderInfo = info;
        _senderInfoAt = now;
        HasSenderReport = true;
    }

    /// <summary>Makes the report block for the interval since the previous call (RFC 3550 §A.3). Call once per report.</summary>
    public ReportBlock BuildReportBlock(MediaTime now)
    {
        var expected = _sequence.Expected;
        var expectedInterval = expected - _expectedPrior;
        var lostInterval = expectedInterval - (_received - _receivedPrior);
        _expectedPrior = expected;
        _receivedPrior = _received;
        FractionLost = expectedInterval <= 0 || lostInterval <= 0 ? (byte)0 : (byte)Math.Min((lostInterval << 8) / expectedInterval, 255);

        uint lastReport = 0;
        uint delay = 0;
        if (HasSenderReport)
        {
            lastReport = _senderInfo.Ntp.Compact;
            delay = (uint)RtpClock.ToUnits(Math.Max(now.UsSince(_senderInfoAt), 0), 65536);
        }

        return new ReportBlock(Ssrc, FractionLost, CumulativeLost, ExtendedHighestSequence, Jitter, lastReport, delay);
    }

    private void Count(scoped in RtpPacket packet, MediaTime now)
    {
        PacketCount++;
        ByteCount += packet.Packet.Length;
        _rate.Add(packet.Packet.Length, now);
    }

    /// <summary>RFC 3550 §A.8. Packets with the timestamp of the one before are left out: they are parts of one frame, sent apart on
    /// purpose.</summary>
    private void UpdateJitter(uint timestamp, MediaTime now)
    {
        if (_hasTransit && timestamp == _lastTimestamp)
        {
            return;
        }

        // The transit time is meaningful modulo 2^32 only, as the timestamp is.
        var transit = (uint)RtpClock.ToUnits(now.Us, _clockRate) - timestamp;
        var change = Math.Abs((long)Serial.Distance(transit, _transit));
        if (_hasTransit && change < (long)MaxTransitChangeSeconds * _clockRate)
        {
            _jitterScaled += change - ((_jitterScaled + 8) >> 4);
        }

        _transit = transit;
        _lastTimestamp = timestamp;
        _hasTransit = true;
    }
}
