using System.Buffers.Binary;

namespace Sfu.Tests.Unit.Rtp;

/// <summary>Makes RTP packets byte by byte, independent of the code under test.</summary>
internal static class Packets
{
    public const uint Ssrc = 0x11223344;

    public static byte[] Rtp(ushort sequence, uint timestamp = 0x01020304, uint ssrc = Ssrc, byte payloadType = 96, int payloadLength = 4)
    {
        var packet = new byte[12 + payloadLength];
        packet[0] = 0x80;
        packet[1] = payloadType;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), ssrc);
        for (var i = 0; i < payloadLength; i++)
        {
            packet[12 + i] = (byte)(i + 1);
        }

        return packet;
    }

    /// <summary>The fixed header of a packet with an extension block, then the given bytes.</summary>
    public static byte[] WithExtension(string blockHex, string restHex = "AABBCC") =>
        Convert.FromHexString("90 60 0007 01020304 11223344".Replace(" ", "", StringComparison.Ordinal)
            + blockHex.Replace(" ", "", StringComparison.Ordinal)
            + restHex.Replace(" ", "", StringComparison.Ordinal));

    public static byte[] Hex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
