using Sfu.Media.Buffers;
using Sfu.Media.Rtcp;
using Sfu.Media.Wire;

namespace Sfu.Media.Rtp;

/// <summary>Statistics of one SSRC that the node sends: makes sender reports and reads the reports that come back. Media thread
/// only.</summary>
public sealed class RtpStreamSender
{
    // Beyond this a round-trip time is a stale or forged report.
    private const uint MaxRttUnits = 60 * 65536;

    private readonly int _clockRate;
    private readonly RateMeter _rate = new();

    private uint _lastTimestamp;
    private MediaTime _lastSentAt;

    /// <param name="ssrc">The stream.</param>
    /// <param name="clockRate">Timestamp units per second, as negotiated.</param>
    public RtpStreamSender(uint ssrc, int clockRate)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(clockRate);
        Ssrc = ssrc;
        _clockRate = clockRate;
    }

    public uint Ssrc { get; }

    /// <summary>Packets sent, retransmissions under this SSRC included.</summary>
    public long PacketCount { get; private set; }

    /// <summary>Payload bytes sent, without header and padding.</summary>
    public long PayloadBytes { get; private set; }

    /// <summary>Whole packets sent, in bytes.</summary>
    public long ByteCount { get; private set; }

    /// <summary>Microseconds; 0 until a report tells it.</summary>
    public long RttUs { get; private set; }

    /// <summary>Of the newest report, 1/256.</summary>
    public byte FractionLost { get; private set; }

    /// <summary>Of the newest report.</summary>
    public int CumulativeLost { get; private set; }

    /// <summary>Of the newest report, in timestamp units.</summary>
    public uint RemoteJitter { get; private set; }

    /// <summary>Whether a packet was sent, so that a sender report has something to say.</summary>
    public bool HasSent => PacketCount > 0;

    /// <summary>Bits per second over the last second, headers included.</summary>
    public long Bitrate(MediaTime now) => _rate.BitsPerSecond(now);

    /// <param name="packetLength">Header, payload and padding.</param>
    /// <param name="payloadLength">Without header and padding.</param>
    /// <param name="rtpTimestamp">As sent.</param>
    /// <param name="now">Time of sending.</param>
    public void OnPacketSent(int packetLength, int payloadLength, uint rtpTimestamp, MediaTime now)
    {
        // A late packet does not move the anchor of the next report back.
        if (!HasSent || Serial.IsNewer(rtpTimestamp, _lastTimestamp))
        {
            _lastTimestamp = rtpTimestamp;
            _lastSentAt = now;
        }

        Count(packetLength, payloadLength, now);
    }

    /// <summary>A sender report whose RTP time continues the last timestamp by the time since it was sent. Call only when
    /// <see cref="HasSent"/>.</summary>
    /// <param name="now">Media clock.</param>
    /// <param name="ntp">The same moment on the wall clock.</param>
    public SenderInfo BuildSenderReport(MediaTime now, NtpTime ntp) =>
        BuildSenderReport(ntp, _lastTimestamp + (uint)RtpClock.ToUnits(now.UsSince(_lastSentAt), _clockRate));

    /// <summary>A sender report with a mapping that the caller knows better, for example from the producer's own reports (see
    /// <see cref="SenderClock"/>).</summary>
    public SenderInfo BuildSenderReport(NtpTime ntp, uint rtpTimestamp) => new(Ssrc, ntp, rtpTimestamp, (uint)PacketCount, (uint)PayloadBytes);

    /// <summary>A report block about this SSRC came (RFC 3550 §6.4.1).</summary>
    /// <param name="report">The block.</param>
    /// <param name="ntp">Arrival time on the clock that the sender reports carry.</param>
    public void OnReportBlock(in ReportBlock report, NtpTime ntp)
    {
        FractionLost = report.FractionLost;
        CumulativeLost = report.CumulativeLost;
        RemoteJitter = report.Jitter;
        if (report.LastSenderReport == 0)
        {
            return;
        }

        var units = ntp.Compact - report.LastSenderReport - report.DelaySinceLastSenderReport;
        if ((int)units <= 0)
        {
            // The rounding of LSR and DLSR can make a short round trip negative.
            units = (int)units > -65536 ? 1u : uint.MaxValue;
        }

        if (units <= MaxRttUnits)
        {
            RttUs = RtpClock.ToUs(units, 65536);
        }
    }

    /// <summary>Asks the processor for what lies behind this object and the next packet changes.</summary>
    public void Prefetch() => CacheHint.Object(_rate);

    private void Count(int packetLength, int payloadLength, MediaTime now)
    {
        PacketCount++;
        PayloadBytes += payloadLength;
        ByteCount += packetLength;
        _rate.Add(packetLength, now);
    }
}
