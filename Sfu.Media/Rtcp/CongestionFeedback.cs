using System.Buffers.Binary;

namespace Sfu.Media.Rtcp;

/// <summary>
/// View of a congestion control feedback message (RFC 8888 §3.1), validated as a whole: its report blocks fill it exactly. Iterate it with
/// <see cref="GetBlocks"/>.
/// </summary>
/// <remarks>
/// <code>
/// | SSRC of sender (32)                                              |
/// | SSRC (32) | begin_seq (16) | num_reports (16) |  one report block |
/// | R (1) ECN (2) ATO (13) | … padded to 32 bits  |  for each stream  |
/// | report timestamp (32): the middle of an NTP time                 |
/// </code>
/// </remarks>
public readonly ref struct CongestionFeedback
{
    /// <summary>Packets that one block may tell of.</summary>
    public const int MaxReports = 16_384;

    internal const int SenderLength = 4;
    internal const int TimestampLength = 4;
    internal const int BlockHeaderLength = 8;
    internal const int ReportLength = 2;

    private readonly RtcpPacket _packet;

    private CongestionFeedback(RtcpPacket packet) => _packet = packet;

    public uint SenderSsrc => _packet.ReadUInt32(0);

    /// <summary>When the message was made, in units of 1/65536 s; wraps.</summary>
    public uint Timestamp => _packet.ReadUInt32(_packet.Body.Length - TimestampLength);

    public CongestionFeedbackBlocks GetBlocks() => new(_packet.Body[SenderLength..^TimestampLength]);

    public static bool TryParse(RtcpPacket packet, out CongestionFeedback view)
    {
        view = default;
        if (!packet.IsFeedback(RtcpPacketType.TransportFeedback, FeedbackFormat.CongestionControl))
        {
            return false;
        }

        var rest = packet.Body[SenderLength..^TimestampLength];
        while (!rest.IsEmpty)
        {
            if (rest.Length < BlockHeaderLength)
            {
                return false;
            }

            int count = BinaryPrimitives.ReadUInt16BigEndian(rest[6..]);
            var length = LengthOf(count);
            if (count > MaxReports || length > rest.Length)
            {
                return false;
            }

            rest = rest[length..];
        }

        view = new CongestionFeedback(packet);
        return true;
    }

    /// <summary>Bytes of a block about so many packets.</summary>
    internal static int LengthOf(int count) => BlockHeaderLength + (((count * ReportLength) + 3) & ~3);
}

/// <summary>Iterates the report blocks of a message that <see cref="CongestionFeedback"/> has validated.</summary>
public ref struct CongestionFeedbackBlocks
{
    private ReadOnlySpan<byte> _rest;

    internal CongestionFeedbackBlocks(ReadOnlySpan<byte> blocks) => _rest = blocks;

    /// <returns>False at the end.</returns>
    public bool TryNext(out CongestionFeedbackBlock block)
    {
        block = default;
        if (_rest.IsEmpty)
        {
            return false;
        }

        var length = CongestionFeedback.LengthOf(BinaryPrimitives.ReadUInt16BigEndian(_rest[6..]));
        block = new CongestionFeedbackBlock(_rest[..length]);
        _rest = _rest[length..];
        return true;
    }
}

/// <summary>What came of one stream.</summary>
public readonly ref struct CongestionFeedbackBlock
{
    private readonly ReadOnlySpan<byte> _block;

    internal CongestionFeedbackBlock(ReadOnlySpan<byte> block) => _block = block;

    public uint Ssrc => BinaryPrimitives.ReadUInt32BigEndian(_block);

    public ushort BeginSequence => BinaryPrimitives.ReadUInt16BigEndian(_block[4..]);

    /// <summary>Packets told of, from <see cref="BeginSequence"/> on; may be 0.</summary>
    public int Count => BinaryPrimitives.ReadUInt16BigEndian(_block[6..]);

    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    public PacketArrival this[int index] =>
        new(BinaryPrimitives.ReadUInt16BigEndian(_block[(CongestionFeedback.BlockHeaderLength + (index * CongestionFeedback.ReportLength))..]));
}

/// <summary>What became of one packet (RFC 8888 §3.1): R (1) | ECN (2) | arrival time offset (13).</summary>
public readonly record struct PacketArrival(ushort Value)
{
    /// <summary>Offsets are in units of 1/1024 s before the timestamp of the message.</summary>
    public const int UnitsPerSecond = 1024;

    /// <summary>The largest offset that tells a time.</summary>
    public const int MaxOffset = 0x1FFD;

    /// <summary>It came longer ago than can be told.</summary>
    public const int LongAgo = 0x1FFE;

    /// <summary>When it came is not known.</summary>
    public const int Unavailable = 0x1FFF;

    private const ushort Received = 0x8000;

    public bool IsReceived => (Value & Received) != 0;

    /// <summary>RFC 3168: 0 for a transport that is not capable of ECN.</summary>
    public int Ecn => (Value >> 13) & 0x03;

    /// <summary>Before the timestamp of the message; up to <see cref="MaxOffset"/>, or one of the two values beyond.</summary>
    public int Offset => Value & Unavailable;

    /// <summary>A packet that came, on a socket that does not tell about ECN.</summary>
    /// <param name="us">Microseconds before the message.</param>
    public static PacketArrival At(long us) => new((ushort)(Received | (us < 0 ? Unavailable : Math.Min(us * UnitsPerSecond / 1_000_000, LongAgo))));
}
