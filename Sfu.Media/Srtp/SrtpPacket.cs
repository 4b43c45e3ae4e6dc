using System.Buffers.Binary;

namespace Sfu.Media.Srtp;

/// <summary>The few header fields that SRTP itself reads (RFC 3550 §5.1 and §6.4.1).</summary>
internal static class SrtpPacket
{
    public const int MinRtpHeaderLength = 12;

    /// <summary>No datagram is longer, and no counter-mode segment overruns (RFC 3711 §4.1.1).</summary>
    public const int MaxLength = ushort.MaxValue;

    private const int SequenceOffset = 2;
    private const int RtpSsrcOffset = 8;
    private const int RtcpSsrcOffset = 4;

    /// <summary>Whether a packet of version 2 holds the header and <paramref name="overhead"/> bytes behind the payload.</summary>
    public static bool IsRtp(ReadOnlySpan<byte> packet, int headerLength, int overhead) =>
        headerLength >= MinRtpHeaderLength
        && packet.Length <= MaxLength
        && packet.Length - overhead >= headerLength
        && packet[0] >> 6 == 2;

    public static bool IsRtcp(ReadOnlySpan<byte> packet, int overhead) =>
        packet.Length - overhead >= SrtpCipher.RtcpHeaderLength && packet.Length <= MaxLength && packet[0] >> 6 == 2;

    public static ushort Sequence(ReadOnlySpan<byte> rtp) => BinaryPrimitives.ReadUInt16BigEndian(rtp[SequenceOffset..]);

    public static uint RtpSsrc(ReadOnlySpan<byte> rtp) => BinaryPrimitives.ReadUInt32BigEndian(rtp[RtpSsrcOffset..]);

    public static uint RtcpSsrc(ReadOnlySpan<byte> rtcp) => BinaryPrimitives.ReadUInt32BigEndian(rtcp[RtcpSsrcOffset..]);
}
