using System.Buffers.Binary;
using Sfu.Media.Rtp;

namespace Sfu.Tests.Support.Loopback;

/// <summary>Puts dependency descriptors into packets.</summary>
internal static class Descriptors
{
    public const byte ProducerId = 7;
    public const byte ConsumerId = 8;

    /// <summary>Writes the header extension block behind the fixed header. A structure is too long for the one-byte form (RFC 8285 §4.3).</summary>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> packet, ReadOnlySpan<byte> descriptor)
    {
        packet[0] |= 0x10;
        var room = packet[12..];
        var isLong = descriptor.Length > 16;
        var words = ((isLong ? 2 : 1) + descriptor.Length + 3) / 4;
        BinaryPrimitives.WriteUInt16BigEndian(room, isLong ? HeaderExtensionReader.TwoByteProfile : HeaderExtensionReader.OneByteProfile);
        BinaryPrimitives.WriteUInt16BigEndian(room[2..], (ushort)words);
        if (isLong)
        {
            room[4] = ProducerId;
            room[5] = (byte)descriptor.Length;
            descriptor.CopyTo(room[6..]);
        }
        else
        {
            room[4] = (byte)((ProducerId << 4) | (descriptor.Length - 1));
            descriptor.CopyTo(room[5..]);
        }

        return 4 + (4 * words);
    }
}
