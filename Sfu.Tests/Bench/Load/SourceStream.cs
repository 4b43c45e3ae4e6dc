using System.Buffers.Binary;
using System.Text;
using Sfu.Bench.Measure;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;

namespace Sfu.Bench.Load;

/// <summary>
/// A VP8 stream as far as an SFU looks at it: bursts of equal packets, a key frame at the start and whenever one is asked for. Each packet
/// carries its own number, and the time at which it left is remembered, so that whoever gets it knows how old it is. Load thread only.
/// </summary>
internal sealed class SourceStream
{
    /// <summary>In the payload, behind the descriptor and the key frame's header: the stream's own SSRC and the packet's own number.</summary>
    public const int StampOffset = 16;

    public const int StampEnd = StampOffset + sizeof(uint) + sizeof(ushort);

    private const int ClockRate = 90_000;
    private const int FixedHeaderBytes = 12;
    private const long ReportIntervalNs = 1_000_000_000;

    /// <summary>A burst that is later than this is left out: the schedule is for a rate, not for catching up.</summary>
    private const long MaxLagNs = 200_000_000;

    // RFC 6386 §9.1: start code and size of a key frame, behind the frame tag.
    private static ReadOnlySpan<byte> KeyFrameStart => [0x00, 0x00, 0x9D, 0x01, 0x2A, 0x80, 0x02, 0xE0, 0x01];

    // Given.
    private readonly LoadTransport _transport;
    private readonly SourceSettings _settings;

    // Owned.
    private readonly byte[] _packet;
    private readonly int _headerBytes;
    private readonly int _transportSequenceOffset;
    private readonly long[] _leftAtNs = new long[1 << 16];

    // State. Numbers start below 2¹⁵, so that nobody can miss the first rollover.
    private ushort _sequence = 1000;
    private long _nextBurst;
    private long _nextReport;
    private bool _keyFrameDue = true;
    private long _intervalNs;
    private double _timestamp = ClockRate;

    public SourceStream(LoadTransport transport, SourceSettings settings)
    {
        _transport = transport;
        _settings = settings;
        _intervalNs = settings.IntervalNs;
        var extensions = new List<ExtensionItem> { ExtensionItem.FromUInt16(settings.Extensions.TransportWideCc, 0) };
        extensions.Add(ExtensionItem.FromValue(settings.Extensions.Mid, Encoding.ASCII.GetBytes(settings.Mid)));
        if (settings.Rid is { } rid)
        {
            extensions.Add(ExtensionItem.FromValue(settings.Extensions.Rid, Encoding.ASCII.GetBytes(rid)));
        }

        extensions.RemoveAll(static item => item.Id == 0);
        var items = extensions.ToArray();
        _headerBytes = FixedHeaderBytes + (items.Length > 0 ? HeaderExtensionWriter.Measure(items) : 0);
        _packet = new byte[_headerBytes + settings.PayloadBytes];
        _packet[0] = 0x80;
        BinaryPrimitives.WriteUInt32BigEndian(_packet.AsSpan(8), settings.Ssrc);
        if (items.Length > 0)
        {
            _packet[0] |= 0x10;
            HeaderExtensionWriter.Write(items, default, _packet.AsSpan(FixedHeaderBytes));
        }

        // The first extension's value follows the block's header and its own, one byte when the ids are short.
        _transportSequenceOffset = settings.Extensions.TransportWideCc == 0 ? 0 : FixedHeaderBytes + 4 + (settings.Extensions.TransportWideCc < 15 ? 1 : 2);
        Random.Shared.NextBytes(_packet.AsSpan(_headerBytes + StampEnd));
    }

    public uint Ssrc => _settings.Ssrc;

    /// <summary>Packets that have left.</summary>
    public long Sent { get; private set; }

    /// <summary>Bursts that were left out because the load thread came too late.</summary>
    public long Skipped { get; private set; }

    public long KeyFrames { get; private set; }

    /// <summary>The time of departure of a packet, by the low bits of its own number.</summary>
    public long LeftAtNs(ushort number) => _leftAtNs[number];

    /// <summary>Sends so many times as fast from now on.</summary>
    public void ScaleRate(double factor) => _intervalNs = (long)(_intervalNs / factor);

    public void RequestKeyFrame() => _keyFrameDue = true;

    /// <summary>Starts the schedule anew.</summary>
    /// <param name="nowNs">Monotonic.</param>
    /// <param name="phase">0 … 1 of an interval, so that many publishers do not send at once.</param>
    public void Start(long nowNs, double phase) => _nextBurst = nowNs + (long)(_intervalNs * phase);

    /// <summary>Sends what is due.</summary>
    /// <returns>When it wants to be asked again.</returns>
    public long OnTime(long nowNs)
    {
        while (_nextBurst <= nowNs)
        {
            if (nowNs - _nextBurst > MaxLagNs)
            {
                var late = (nowNs - _nextBurst) / _intervalNs;
                Skipped += late;
                _nextBurst += late * _intervalNs;
            }

            SendBurst();
            _nextBurst += _intervalNs;
        }

        if (_nextReport <= nowNs)
        {
            _nextReport = nowNs + ReportIntervalNs;
            SendReport();
        }

        return _nextBurst;
    }

    private uint Timestamp => (uint)(long)_timestamp;

    private void SendBurst()
    {
        var key = _keyFrameDue;
        _keyFrameDue = false;
        KeyFrames += key ? 1 : 0;
        var timestamp = Timestamp;
        _timestamp += _intervalNs / 1e9 * ClockRate;
        for (var i = 0; i < _settings.Burst; i++)
        {
            var last = i == _settings.Burst - 1;
            _packet[1] = (byte)(_settings.PayloadType | (last ? 0x80 : 0));
            BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(2), _sequence);
            BinaryPrimitives.WriteUInt32BigEndian(_packet.AsSpan(4), timestamp);
            if (_transportSequenceOffset > 0)
            {
                BinaryPrimitives.WriteUInt16BigEndian(_packet.AsSpan(_transportSequenceOffset), _transport.NextTransportSequence());
            }

            WritePayload(_packet.AsSpan(_headerBytes), first: i == 0, key);
            _leftAtNs[_sequence] = Native.RealTimeNs();
            if (_transport.SendRtp(_packet, _headerBytes))
            {
                Sent++;
            }

            _sequence++;
        }

        _transport.Flush();
    }

    private void WritePayload(Span<byte> payload, bool first, bool key)
    {
        // RFC 7741 §4.2: the descriptor's start bit, then for the first packet the frame tag with its inverse key frame bit.
        payload[0] = first ? (byte)0x10 : (byte)0x00;
        payload[1] = key ? (byte)0x00 : (byte)0x01;
        if (first && key)
        {
            KeyFrameStart.CopyTo(payload[2..]);
        }

        BinaryPrimitives.WriteUInt32BigEndian(payload[StampOffset..], Ssrc);
        BinaryPrimitives.WriteUInt16BigEndian(payload[(StampOffset + sizeof(uint))..], _sequence);
    }

    private void SendReport()
    {
        Span<byte> compound = stackalloc byte[64];
        var writer = new RtcpWriter(compound);
        var ntp = NtpTime.FromUnixMicroseconds(Native.RealTimeNs() / 1000);
        if (writer.TryAddSenderReport(new SenderInfo(Ssrc, ntp, Timestamp, (uint)Sent, (uint)(Sent * _settings.PayloadBytes)), []))
        {
            _transport.SendRtcp(writer.Written);
        }
    }
}
