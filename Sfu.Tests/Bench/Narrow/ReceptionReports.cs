using System.Buffers.Binary;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Loopback;
using Sfu.Tests.Support.Network;

namespace Sfu.Bench.Narrow;

/// <summary>The receiver reports that a browser sends of a stream every second (RFC 3550 §6.4.2): loss, jitter, and what round trips are told by.</summary>
internal sealed class ReceptionReports
{
    private const long IntervalUs = 1_000_000;
    private const double TicksPerUs = 0.09;

    // Given.
    private readonly IMediaPeer _peer;
    private readonly ReceivedStream _stream;

    // Owned.
    private readonly byte[] _buffer = new byte[64];

    // State.
    private MediaTime _next = MediaTime.Zero;
    private long _first = -1;
    private long _highest;
    private long _received;
    private long _expectedBefore;
    private long _receivedBefore;
    private double _transit;
    private double _jitter;
    private uint _senderReport;
    private MediaTime _senderReportAt;

    public ReceptionReports(IMediaPeer peer, ReceivedStream stream)
    {
        _peer = peer;
        _stream = stream;
    }

    public void OnRtp(ReadOnlySpan<byte> bytes, MediaTime now)
    {
        if (!RtpPacket.TryParse(bytes, out var packet) || packet.Ssrc != _stream.Ssrc)
        {
            return;
        }

        var transit = (now.Us * TicksPerUs) - packet.Timestamp;
        if (_first < 0)
        {
            _first = _highest = packet.SequenceNumber + 0x10000L;
        }
        else
        {
            _highest = Math.Max(_highest, Serial.Unwrap(packet.SequenceNumber, _highest));

            // RFC 3550 §A.8; a change of layers may shift the timestamps.
            var change = Math.Abs(transit - _transit);
            _jitter += change < 90_000 ? (change - _jitter) / 16 : 0;
        }

        _transit = transit;
        _received++;
    }

    public void OnRtcp(ReadOnlySpan<byte> compound, MediaTime now)
    {
        var reader = new RtcpReader(compound);
        while (reader.TryNext(out var part))
        {
            if (SenderReport.TryParse(part, out var report) && report.Info.Ssrc == _stream.Ssrc)
            {
                _senderReport = report.Info.Ntp.Compact;
                _senderReportAt = now;
            }
        }
    }

    public void OnTime(MediaTime now)
    {
        if (_next > now || _first < 0)
        {
            return;
        }

        _next = now.PlusUs(IntervalUs);
        var expected = _highest - _first + 1;
        var (due, came) = (expected - _expectedBefore, _received - _receivedBefore);
        (_expectedBefore, _receivedBefore) = (expected, _received);
        var fraction = due > 0 ? Math.Clamp((due - came) * 256 / due, 0, 255) : 0;
        var sinceReport = _senderReport == 0 ? 0 : (uint)(now.UsSince(_senderReportAt) * 65_536 / 1_000_000);
        ReportBlock block = new(
            _stream.Ssrc, (byte)fraction, (int)(expected - _received), (uint)(_highest - 0x10000L), (uint)_jitter, _senderReport, sinceReport);
        var writer = new RtcpWriter(_buffer);
        if (writer.TryAddReceiverReport(1, [block]))
        {
            _peer.SendRtcp(writer.Written);
        }
    }
}
