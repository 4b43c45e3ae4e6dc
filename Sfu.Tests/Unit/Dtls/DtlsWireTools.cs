using System.Buffers.Binary;

namespace Sfu.Tests.Unit.Dtls;

/// <summary>Cuts and builds DTLS 1.2 records by hand (RFC 6347 §4.1, §4.2.2).</summary>
internal static class DtlsWireTools
{
    public const int RecordHeader = 13;
    public const int MessageHeader = 12;

    public static byte ContentType(ReadOnlySpan<byte> datagram) => datagram[0];

    /// <summary>Splits a datagram with one whole ClientHello into two with a fragment each.</summary>
    public static (byte[] First, byte[] Second) SplitClientHello(ReadOnlySpan<byte> datagram)
    {
        Assert.Equal(22, datagram[0]);
        Assert.Equal(1, datagram[RecordHeader]);
        var body = datagram[(RecordHeader + MessageHeader)..];
        Assert.Equal(body.Length, datagram[RecordHeader + 2] << 8 | datagram[RecordHeader + 3]);
        var cut = body.Length / 2;
        return (Fragment(datagram, body[..cut], 0, 0), Fragment(datagram, body[cut..], cut, 1));
    }

    /// <summary>
    /// The same ClientHello as a browser sends it: with supported_versions of DTLS 1.3 and 1.2 and a long key share (RFC 9147 §5.3,
    /// RFC 8446 §4.2), which no single datagram takes. Not a hello that its client can finish a handshake with.
    /// </summary>
    public static byte[] LikeABrowser(ReadOnlySpan<byte> datagram)
    {
        byte[] versions = [0, 43, 0, 5, 4, 0xFE, 0xFC, 0xFE, 0xFD];
        var keyShare = new byte[4 + 2 + 4 + 1216];
        BinaryPrimitives.WriteUInt16BigEndian(keyShare, 51);
        BinaryPrimitives.WriteUInt16BigEndian(keyShare.AsSpan(2), (ushort)(keyShare.Length - 4));
        BinaryPrimitives.WriteUInt16BigEndian(keyShare.AsSpan(4), (ushort)(keyShare.Length - 6));
        BinaryPrimitives.WriteUInt16BigEndian(keyShare.AsSpan(6), 0x11EC);
        BinaryPrimitives.WriteUInt16BigEndian(keyShare.AsSpan(8), 1216);
        byte[] result = [.. datagram, .. versions, .. keyShare];
        var added = versions.Length + keyShare.Length;

        // Version, random, session id, cookie, cipher suites and compression methods precede the extensions' length.
        var at = RecordHeader + MessageHeader + 2 + 32;
        at += 1 + result[at];
        at += 1 + result[at];
        at += 2 + BinaryPrimitives.ReadUInt16BigEndian(result.AsSpan(at));
        at += 1 + result[at];
        foreach (var lengthAt in new[] { 11, RecordHeader + 2, RecordHeader + 10, at })
        {
            var length = result.AsSpan(lengthAt);
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(length) + added));
        }

        return result;
    }

    /// <summary>The records of a datagram, each as (content type, epoch).</summary>
    public static List<(byte Type, ushort Epoch)> Records(ReadOnlySpan<byte> datagram)
    {
        var records = new List<(byte, ushort)>();
        while (datagram.Length >= RecordHeader)
        {
            records.Add((datagram[0], BinaryPrimitives.ReadUInt16BigEndian(datagram[3..])));
            datagram = datagram[(RecordHeader + BinaryPrimitives.ReadUInt16BigEndian(datagram[11..]))..];
        }

        return records;
    }

    private static byte[] Fragment(ReadOnlySpan<byte> original, ReadOnlySpan<byte> part, int offset, byte recordSequence)
    {
        var result = new byte[RecordHeader + MessageHeader + part.Length];
        original[..(RecordHeader + MessageHeader)].CopyTo(result);
        result[10] = recordSequence;
        BinaryPrimitives.WriteUInt16BigEndian(result.AsSpan(11), (ushort)(MessageHeader + part.Length));
        var message = result.AsSpan(RecordHeader);
        message[6] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(message[7..], (ushort)offset);
        message[9] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(message[10..], (ushort)part.Length);
        part.CopyTo(message[MessageHeader..]);
        return result;
    }
}
