using System.Buffers.Binary;

namespace Sfu.Media.Dtls;

/// <summary>One record of a datagram as it stands on the wire, RFC 6347 §4.1. Nothing of it is authenticated.</summary>
internal readonly ref struct DtlsRecord
{
    public const int HeaderBytes = 13;

    /// <summary>What AES-GCM sends of its nonce, in front of the ciphertext (RFC 5288 §3).</summary>
    public const int ExplicitNonceBytes = 8;

    // RFC 5246 §6.2.1.
    public const byte Alert = 21;
    public const byte Handshake = 22;
    public const byte ApplicationData = 23;

    public const ushort Version12 = 0xFEFD;

    private const int VersionOffset = 1;
    private const int SequenceOffset = 3;
    private const int LengthOffset = 11;
    private const int EpochShift = 48;

    private DtlsRecord(byte type, ushort version, ulong sequence, ReadOnlySpan<byte> fragment)
    {
        Type = type;
        Version = version;
        Sequence = sequence;
        Fragment = fragment;
    }

    public byte Type { get; }

    public ushort Version { get; }

    /// <summary>Epoch in the upper 16, sequence number in the lower 48 bits: the number that the cipher sees.</summary>
    public ulong Sequence { get; }

    public ushort Epoch => (ushort)(Sequence >> EpochShift);

    public ReadOnlySpan<byte> Fragment { get; }

    /// <summary>The number of an epoch's first record.</summary>
    public static ulong FirstOf(ushort epoch) => (ulong)epoch << EpochShift;

    /// <summary>Takes the next record off the datagram. False when what is left is none.</summary>
    public static bool TryTake(ref ReadOnlySpan<byte> datagram, out DtlsRecord record)
    {
        record = default;
        if (datagram.Length < HeaderBytes)
        {
            return false;
        }

        var end = HeaderBytes + BinaryPrimitives.ReadUInt16BigEndian(datagram[LengthOffset..]);
        if (datagram.Length < end)
        {
            return false;
        }

        record = new DtlsRecord(
            datagram[0],
            BinaryPrimitives.ReadUInt16BigEndian(datagram[VersionOffset..]),
            BinaryPrimitives.ReadUInt64BigEndian(datagram[SequenceOffset..]),
            datagram[HeaderBytes..end]);
        datagram = datagram[end..];
        return true;
    }

    public static void WriteHeader(Span<byte> destination, byte type, ulong sequence, int fragmentLength)
    {
        destination[0] = type;
        BinaryPrimitives.WriteUInt16BigEndian(destination[VersionOffset..], Version12);
        BinaryPrimitives.WriteUInt64BigEndian(destination[SequenceOffset..], sequence);
        BinaryPrimitives.WriteUInt16BigEndian(destination[LengthOffset..], (ushort)fragmentLength);
    }
}
