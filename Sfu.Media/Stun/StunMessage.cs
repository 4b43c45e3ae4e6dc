using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Sfu.Media.Wire;

namespace Sfu.Media.Stun;

/// <summary>
/// A view of one STUN message (RFC 8489), valid as long as the bytes below it. Any thread. Parsing checks the structure and
/// the sizes of known attributes; <see cref="CheckFingerprint"/> and <see cref="CheckMessageIntegrity"/> are asked for.
/// <code>
///  0                   1                   2                   3
/// |0 0|     message type (14)     |       length of attributes    |
/// |                         magic cookie                          |
/// |                     transaction id (96 bits)                  |
/// |            type (16)          |          length (16)          |  attribute, its value padded to 4 bytes
/// </code>
/// </summary>
public readonly ref struct StunMessage
{
    public const int HeaderBytes = 20;
    public const int TransactionIdBytes = 12;
    public const uint MagicCookie = 0x2112_A442;

    /// <summary>Larger messages are not STUN to this server: no path between WebRTC peers carries them unfragmented.</summary>
    public const int MaxBytes = 2048;

    internal const int LengthOffset = 2;
    internal const int CookieOffset = 4;
    internal const int TransactionIdOffset = 8;
    internal const int AttributeHeaderBytes = 4;

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly StunAttributeIndex _index;

    private StunMessage(ReadOnlySpan<byte> bytes, scoped in StunAttributeIndex index)
    {
        _bytes = bytes;
        _index = index;
    }

    public StunClass Class => (StunClass)(((_bytes[0] & 0x01) << 1) | ((_bytes[1] & 0x10) >> 4));

    public StunMethod Method => (StunMethod)(((_bytes[0] & 0x3E) << 6) | ((_bytes[1] & 0xE0) >> 1) | (_bytes[1] & 0x0F));

    /// <summary>12 bytes.</summary>
    public ReadOnlySpan<byte> TransactionId => _bytes.Slice(TransactionIdOffset, TransactionIdBytes);

    public bool HasUsername => _index.Username != 0;

    /// <summary>In a connectivity check: the receiver's ufrag, a colon, the sender's ufrag (RFC 8445 §7.2.2). Empty when absent.</summary>
    public ReadOnlySpan<byte> Username => Value(_index.Username);

    public bool HasPriority => _index.Priority != 0;

    /// <summary>0 when absent.</summary>
    public uint Priority => HasPriority ? BinaryPrimitives.ReadUInt32BigEndian(Value(_index.Priority)) : 0;

    public bool HasUseCandidate => _index.UseCandidate != 0;

    public bool HasNomination => _index.Nomination != 0;

    /// <summary>The renomination counter, under its draft number or libwebrtc's. 0 when absent.</summary>
    public uint Nomination => HasNomination ? BinaryPrimitives.ReadUInt32BigEndian(Value(_index.Nomination)) : 0;

    /// <summary>The sender takes itself for the controlled agent. Its tie-breaker may be any number, 0 included.</summary>
    public bool HasIceControlled => _index.IceControlled != 0;

    public bool HasIceControlling => _index.IceControlling != 0;

    public bool HasMessageIntegrity => _index.MessageIntegrity != 0;

    /// <summary>The first comprehension-required attribute types of the message that this server does not know.</summary>
    public StunTypeList UnknownRequired => _index.UnknownRequired;

    /// <summary>The value of UNKNOWN-ATTRIBUTES in a 420 response: 16-bit types. Empty when absent.</summary>
    public ReadOnlySpan<byte> UnknownAttributes => Value(_index.UnknownAttributes);

    public StunErrorCode ErrorCode => _index.ErrorCode == 0
        ? StunErrorCode.None
        : (StunErrorCode)(((_bytes[_index.ErrorCode + 2] & 7) * 100) + _bytes[_index.ErrorCode + 3]);

    /// <summary>
    /// Whether a datagram is STUN rather than DTLS, RTP or RTCP on the same 5-tuple: RFC 7983 §7, then size, magic cookie and
    /// a length field in multiples of four.
    /// </summary>
    public static bool IsStun(ReadOnlySpan<byte> datagram) =>
        datagram.Length >= HeaderBytes
        && datagram[0] < 4
        && (datagram[LengthOffset + 1] & 3) == 0
        && BinaryPrimitives.ReadUInt32BigEndian(datagram[CookieOffset..]) == MagicCookie;

    /// <summary>False for what is not one whole, well-formed message of at most <see cref="MaxBytes"/>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> datagram, out StunMessage message)
    {
        message = default;
        if (!IsStun(datagram)
            || datagram.Length > MaxBytes
            || datagram.Length != HeaderBytes + BinaryPrimitives.ReadUInt16BigEndian(datagram[LengthOffset..]))
        {
            return false;
        }

        var index = default(StunAttributeIndex);
        var position = HeaderBytes;
        while (TryReadAttribute(datagram, position, out var type, out var length))
        {
            if (!index.TryAdd(type, position + AttributeHeaderBytes, length))
            {
                return false;
            }

            position += AttributeHeaderBytes + Padded(length);
        }

        if (position != datagram.Length)
        {
            return false;
        }

        message = new StunMessage(datagram, index);
        return true;
    }

    /// <summary>
    /// The ufrag of the receiver: what stands before the colon in USERNAME. Finds a datagram's transport before anything
    /// else of it is looked at, so it proves nothing about the rest of the message.
    /// </summary>
    public static bool TryGetLocalUfrag(ReadOnlySpan<byte> datagram, out ReadOnlySpan<byte> ufrag)
    {
        ufrag = default;
        if (!IsStun(datagram))
        {
            return false;
        }

        var position = HeaderBytes;
        while (TryReadAttribute(datagram, position, out var type, out var length))
        {
            switch ((StunAttribute)type)
            {
                case StunAttribute.Username:
                    var username = datagram.Slice(position + AttributeHeaderBytes, length);
                    var colon = username.IndexOf((byte)':');
                    ufrag = colon > 0 ? username[..colon] : default;
                    return colon > 0;
                case StunAttribute.MessageIntegrity:
                    return false;
                default:
                    position += AttributeHeaderBytes + Padded(length);
                    break;
            }
        }

        return false;
    }

    /// <summary>Compares FINGERPRINT, when there is one, with the bytes before it.</summary>
    public StunFingerprintStatus CheckFingerprint()
    {
        if (_index.Fingerprint == 0)
        {
            return StunFingerprintStatus.Absent;
        }

        var expected = StunFingerprint.Compute(_bytes[..(_index.Fingerprint - AttributeHeaderBytes)]);
        return BinaryPrimitives.ReadUInt32BigEndian(_bytes[_index.Fingerprint..]) == expected
            ? StunFingerprintStatus.Valid
            : StunFingerprintStatus.Wrong;
    }

    /// <summary>
    /// Whether MESSAGE-INTEGRITY is there and proves that the sender holds <paramref name="key"/>: HMAC-SHA1 over the message
    /// before it, with a length field that ends at it (RFC 8489 §14.5). Takes the same time wherever the first difference is.
    /// </summary>
    [SkipLocalsInit]
    public bool CheckMessageIntegrity(ReadOnlySpan<byte> key)
    {
        if (!HasMessageIntegrity)
        {
            return false;
        }

        var protectedBytes = _index.MessageIntegrity - AttributeHeaderBytes;
        Span<byte> copy = stackalloc byte[MaxBytes];
        copy = copy[..protectedBytes];
        _bytes[..protectedBytes].CopyTo(copy);
        BinaryPrimitives.WriteUInt16BigEndian(
            copy[LengthOffset..],
            (ushort)(protectedBytes + AttributeHeaderBytes + StunAttributeIndex.MessageIntegrityBytes - HeaderBytes));

        Span<byte> expected = stackalloc byte[StunAttributeIndex.MessageIntegrityBytes];
        StunIntegrity.Compute(key, copy, expected);
        return CryptographicOperations.FixedTimeEquals(expected, Value(_index.MessageIntegrity));
    }

    /// <summary>The sender's reflexive address from XOR-MAPPED-ADDRESS, RFC 8489 §14.2.</summary>
    public bool TryGetXorMappedAddress(out IpEndpoint endpoint)
    {
        endpoint = default;
        var value = Value(_index.XorMappedAddress);
        if (value.IsEmpty)
        {
            return false;
        }

        var port = (ushort)(BinaryPrimitives.ReadUInt16BigEndian(value[2..]) ^ (MagicCookie >> 16));
        if (value[1] == StunAddressFamily.IPv4 && value.Length == StunAddressFamily.IPv4ValueBytes)
        {
            endpoint = IpEndpoint.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(value[4..]) ^ MagicCookie, port);
            return true;
        }

        if (value[1] == StunAddressFamily.IPv6 && value.Length == StunAddressFamily.IPv6ValueBytes)
        {
            Span<byte> address = stackalloc byte[16];
            StunAddressFamily.XorIPv6(value[4..], _bytes.Slice(CookieOffset, 16), address);
            endpoint = IpEndpoint.FromIPv6(address, port);
            return true;
        }

        return false;
    }

    internal static int Padded(int length) => (length + 3) & ~3;

    private static bool TryReadAttribute(ReadOnlySpan<byte> datagram, int position, out ushort type, out int length)
    {
        type = 0;
        length = 0;
        if (datagram.Length - position < AttributeHeaderBytes)
        {
            return false;
        }

        type = BinaryPrimitives.ReadUInt16BigEndian(datagram[position..]);
        length = BinaryPrimitives.ReadUInt16BigEndian(datagram[(position + 2)..]);
        return Padded(length) <= datagram.Length - position - AttributeHeaderBytes;
    }

    private ReadOnlySpan<byte> Value(int offset) =>
        offset == 0 ? default : _bytes.Slice(offset, BinaryPrimitives.ReadUInt16BigEndian(_bytes[(offset - 2)..]));
}
