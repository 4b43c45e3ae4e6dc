using System.Buffers.Binary;

namespace Sfu.Media.Rtcp;

/// <summary>One packet of a compound: the common header (RFC 3550 §6.4.1) and its body, with length and padding validated by
/// <see cref="RtcpReader"/>.</summary>
public readonly ref struct RtcpPacket
{
    /// <summary>|V=2|P| count |  PT  |  length in words − 1  |.</summary>
    public const int HeaderLength = 4;

    internal RtcpPacket(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> body)
    {
        Packet = packet;
        Body = body;
    }

    /// <summary>Header, body and padding.</summary>
    public ReadOnlySpan<byte> Packet { get; }

    /// <summary>What follows the four bytes of header, without padding.</summary>
    public ReadOnlySpan<byte> Body { get; }

    public RtcpPacketType Type => (RtcpPacketType)Packet[1];

    /// <summary>The five bits beside the padding bit: report count, source count or feedback format.</summary>
    public int Count => Packet[0] & 0x1F;

    /// <summary>RTP and RTCP on one port (RFC 5761 §4): version 2 and a packet type of 192 … 223.</summary>
    public static bool IsRtcp(ReadOnlySpan<byte> datagram) =>
        datagram.Length >= HeaderLength && datagram[0] >> 6 == 2 && datagram[1] is >= 192 and <= 223;

    internal bool IsFeedback(RtcpPacketType type, int format) => Type == type && Count == format && Body.Length >= 8;

    internal uint ReadUInt32(int bodyOffset) => BinaryPrimitives.ReadUInt32BigEndian(Body[bodyOffset..]);
}
