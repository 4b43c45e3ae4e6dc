using System.Buffers.Binary;

namespace Sfu.Media.Rtp;

/// <summary>
/// A view of one RTP packet (RFC 3550 §5.1) over bytes that somebody else owns; valid as long as they are. Any thread.
/// The static setters rewrite fields in place and need a span that was parsed before.
/// </summary>
/// <remarks>
/// <code>
///  0                   1                   2                   3
/// |V=2|P|X|  CC   |M|     PT      |       sequence number         |
/// |                           timestamp                           |
/// |                             SSRC                              |
/// |                        CSRC × CC                              |
/// |      profile                  |     length in 32-bit words    |   if X
/// |                        extension data                         |
/// </code>
/// </remarks>
public readonly ref struct RtpPacket
{
    /// <summary>Length of the header without CSRCs and extension.</summary>
    public const int FixedHeaderLength = 12;

    internal const int SequenceNumberOffset = 2;
    internal const int TimestampOffset = 4;
    internal const int SsrcOffset = 8;
    internal const byte PaddingBit = 0x20;
    internal const byte ExtensionBit = 0x10;

    private const int ExtensionHeaderLength = 4;
    private const byte MarkerBit = 0x80;

    private readonly ReadOnlySpan<byte> _packet;
    private readonly int _headerLength;
    private readonly int _paddingLength;

    private RtpPacket(ReadOnlySpan<byte> packet, int headerLength, int paddingLength)
    {
        _packet = packet;
        _headerLength = headerLength;
        _paddingLength = paddingLength;
    }

    /// <summary>The whole packet, padding included.</summary>
    public ReadOnlySpan<byte> Packet => _packet;

    /// <summary>Fixed header, CSRCs and the header extension block with its four bytes of header.</summary>
    public int HeaderLength => _headerLength;

    /// <summary>Bytes of padding at the end, the count byte included; 0 when the view comes from <see cref="TryParseHeader"/>.</summary>
    public int PaddingLength => _paddingLength;

    /// <summary>What lies between header and padding. Encrypted, with the authentication tag, when the packet was not unprotected
    /// yet.</summary>
    public ReadOnlySpan<byte> Payload => _packet[_headerLength..(_packet.Length - _paddingLength)];

    public bool Marker => (_packet[1] & MarkerBit) != 0;

    public byte PayloadType => (byte)(_packet[1] & 0x7F);

    public ushort SequenceNumber => BinaryPrimitives.ReadUInt16BigEndian(_packet[SequenceNumberOffset..]);

    public uint Timestamp => BinaryPrimitives.ReadUInt32BigEndian(_packet[TimestampOffset..]);

    public uint Ssrc => BinaryPrimitives.ReadUInt32BigEndian(_packet[SsrcOffset..]);

    /// <summary>0 … 15.</summary>
    public int CsrcCount => _packet[0] & 0x0F;

    public bool HasExtension => (_packet[0] & ExtensionBit) != 0;

    /// <summary>The 16-bit "defined by profile" field of the extension block; 0 when there is none.</summary>
    public ushort ExtensionProfile => HasExtension ? BinaryPrimitives.ReadUInt16BigEndian(_packet[ExtensionHeaderOffset..]) : (ushort)0;

    /// <summary>Offset in the packet of the extension data, behind the block's four bytes of header. Equals <see cref="HeaderLength"/>
    /// when there is none.</summary>
    public int ExtensionOffset => HasExtension ? ExtensionHeaderOffset + ExtensionHeaderLength : _headerLength;

    /// <summary>The extension data without the block's four bytes of header; empty when there is none.</summary>
    public ReadOnlySpan<byte> ExtensionData => _packet[ExtensionOffset.._headerLength];

    /// <summary>A fresh iterator over the header extensions (RFC 8285).</summary>
    public HeaderExtensionReader Extensions => new(this);

    private int ExtensionHeaderOffset => FixedHeaderLength + (4 * CsrcCount);

    /// <param name="index">0 … <see cref="CsrcCount"/> − 1.</param>
    public uint GetCsrc(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)CsrcCount, nameof(index));
        return BinaryPrimitives.ReadUInt32BigEndian(_packet[(FixedHeaderLength + (4 * index))..]);
    }

    /// <summary>Finds the first header extension with this local identifier.</summary>
    /// <param name="id">1 … 255.</param>
    /// <param name="extension">The element; its offset allows rewriting it in place.</param>
    public bool TryFindExtension(int id, out HeaderExtension extension)
    {
        var reader = Extensions;
        return reader.TryFind(id, out extension);
    }

    /// <summary>Parses and validates version, CSRCs, extension bounds and padding.</summary>
    public static bool TryParse(ReadOnlySpan<byte> packet, out RtpPacket view)
    {
        if (!TryParseHeader(packet, out view))
        {
            return false;
        }

        if ((packet[0] & PaddingBit) == 0)
        {
            return true;
        }

        // RFC 3550 §5.1: the last octet counts the padding, itself included.
        var padding = packet[^1];
        if (padding == 0 || padding > packet.Length - view._headerLength)
        {
            view = default;
            return false;
        }

        view = new RtpPacket(packet, view._headerLength, padding);
        return true;
    }

    /// <summary>The view of a packet that was parsed before, from what was found then.</summary>
    internal static RtpPacket FromParsed(ReadOnlySpan<byte> packet, int headerLength, int paddingLength) => new(packet, headerLength, paddingLength);

    /// <summary>
    /// Parses the header only: SRTP leaves the header in the clear but encrypts the padding (RFC 3711 §3.1), so a packet is parsed this
    /// way before it is unprotected and with <see cref="TryParse"/> afterwards.
    /// </summary>
    public static bool TryParseHeader(ReadOnlySpan<byte> packet, out RtpPacket view)
    {
        view = default;
        if (packet.Length < FixedHeaderLength || packet[0] >> 6 != 2)
        {
            return false;
        }

        var length = FixedHeaderLength + (4 * (packet[0] & 0x0F));
        if ((packet[0] & ExtensionBit) != 0)
        {
            if (packet.Length < length + ExtensionHeaderLength)
            {
                return false;
            }

            length += ExtensionHeaderLength + (4 * BinaryPrimitives.ReadUInt16BigEndian(packet[(length + 2)..]));
        }

        if (packet.Length < length)
        {
            return false;
        }

        view = new RtpPacket(packet, length, 0);
        return true;
    }

    /// <param name="packet">A packet that was parsed.</param>
    /// <param name="payloadType">0 … 127; the marker bit is kept.</param>
    public static void SetPayloadType(Span<byte> packet, byte payloadType) => packet[1] = (byte)((packet[1] & MarkerBit) | (payloadType & 0x7F));

    public static void SetMarker(Span<byte> packet, bool marker) => packet[1] = (byte)((packet[1] & 0x7F) | (marker ? MarkerBit : 0));

    public static void SetSequenceNumber(Span<byte> packet, ushort sequenceNumber) =>
        BinaryPrimitives.WriteUInt16BigEndian(packet[SequenceNumberOffset..], sequenceNumber);

    public static void SetTimestamp(Span<byte> packet, uint timestamp) =>
        BinaryPrimitives.WriteUInt32BigEndian(packet[TimestampOffset..], timestamp);

    /// <summary>Of a packet with a whole fixed header, encrypted or not.</summary>
    public static ushort SequenceNumberOf(ReadOnlySpan<byte> packet) => BinaryPrimitives.ReadUInt16BigEndian(packet[SequenceNumberOffset..]);

    /// <summary>Of a packet with a whole fixed header, encrypted or not.</summary>
    public static uint SsrcOf(ReadOnlySpan<byte> packet) => BinaryPrimitives.ReadUInt32BigEndian(packet[SsrcOffset..]);

    public static void SetSsrc(Span<byte> packet, uint ssrc) => BinaryPrimitives.WriteUInt32BigEndian(packet[SsrcOffset..], ssrc);
}
