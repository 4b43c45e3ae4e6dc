using System.Buffers.Binary;
using Sfu.Media.Wire;

namespace Sfu.Media.Stun;

/// <summary>
/// Writes one STUN message into a span, attribute by attribute, in the order of the calls: MESSAGE-INTEGRITY after what it
/// protects, FINGERPRINT last. What does not fit makes <see cref="Finish"/> return 0; nothing throws.
/// </summary>
public ref struct StunWriter
{
    private readonly Span<byte> _destination;
    private int _length;
    private bool _overflow;

    /// <param name="destination">Where the message goes. Must not overlap <paramref name="transactionId"/>.</param>
    /// <param name="messageClass">Request, response or indication.</param>
    /// <param name="method">12 bits; a response repeats its request's.</param>
    /// <param name="transactionId">12 bytes.</param>
    public StunWriter(Span<byte> destination, StunClass messageClass, StunMethod method, ReadOnlySpan<byte> transactionId)
    {
        _destination = destination;
        if (destination.Length < StunMessage.HeaderBytes || transactionId.Length != StunMessage.TransactionIdBytes)
        {
            _overflow = true;
            return;
        }

        var m = (int)method;
        var c = (int)messageClass;
        var type = ((m & 0xF80) << 2) | ((m & 0x070) << 1) | (m & 0x00F) | ((c & 2) << 7) | ((c & 1) << 4);
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)type);
        BinaryPrimitives.WriteUInt32BigEndian(destination[StunMessage.CookieOffset..], StunMessage.MagicCookie);
        transactionId.CopyTo(destination[StunMessage.TransactionIdOffset..]);
        _length = StunMessage.HeaderBytes;
        WriteLength();
    }

    /// <summary>The length of the message in bytes, 0 when it did not fit.</summary>
    public readonly int Finish() => _overflow ? 0 : _length;

    /// <summary>Any attribute by its type, padded with zeros.</summary>
    public void Write(StunAttribute type, scoped ReadOnlySpan<byte> value)
    {
        if (TryAppend(type, value.Length, out var destination))
        {
            value.CopyTo(destination);
        }
    }

    public void WriteUInt32(StunAttribute type, uint value)
    {
        if (TryAppend(type, sizeof(uint), out var destination))
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination, value);
        }
    }

    public void WriteUInt64(StunAttribute type, ulong value)
    {
        if (TryAppend(type, sizeof(ulong), out var destination))
        {
            BinaryPrimitives.WriteUInt64BigEndian(destination, value);
        }
    }

    /// <summary>XOR-MAPPED-ADDRESS in the endpoint's own family, RFC 8489 §14.2.</summary>
    public void WriteXorMappedAddress(in IpEndpoint endpoint)
    {
        var length = endpoint.IsIPv4 ? StunAddressFamily.IPv4ValueBytes : StunAddressFamily.IPv6ValueBytes;
        if (!TryAppend(StunAttribute.XorMappedAddress, length, out var value))
        {
            return;
        }

        value[0] = 0;
        value[1] = endpoint.IsIPv4 ? StunAddressFamily.IPv4 : StunAddressFamily.IPv6;
        BinaryPrimitives.WriteUInt16BigEndian(value[2..], (ushort)(endpoint.Port ^ (StunMessage.MagicCookie >> 16)));
        if (endpoint.IsIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(value[4..], endpoint.IPv4Address ^ StunMessage.MagicCookie);
        }
        else
        {
            Span<byte> address = stackalloc byte[16];
            endpoint.WriteAddress(address);
            StunAddressFamily.XorIPv6(address, _destination.Slice(StunMessage.CookieOffset, 16), value[4..]);
        }
    }

    /// <summary>ERROR-CODE with the reason phrase of RFC 8489 §14.8 or RFC 8445 §7.3.1.1.</summary>
    public void WriteErrorCode(StunErrorCode code)
    {
        var reason = code switch
        {
            StunErrorCode.BadRequest => "Bad Request"u8,
            StunErrorCode.Unauthenticated => "Unauthenticated"u8,
            StunErrorCode.UnknownAttribute => "Unknown Attribute"u8,
            StunErrorCode.RoleConflict => "Role Conflict"u8,
            StunErrorCode.ServerError => "Server Error"u8,
            _ => default,
        };
        if (TryAppend(StunAttribute.ErrorCode, 4 + reason.Length, out var value))
        {
            value[0] = 0;
            value[1] = 0;
            value[2] = (byte)((int)code / 100);
            value[3] = (byte)((int)code % 100);
            reason.CopyTo(value[4..]);
        }
    }

    /// <summary>UNKNOWN-ATTRIBUTES, RFC 8489 §14.9.</summary>
    public void WriteUnknownAttributes(in StunTypeList types)
    {
        if (!TryAppend(StunAttribute.UnknownAttributes, types.Count * sizeof(ushort), out var value))
        {
            return;
        }

        for (var i = 0; i < types.Count; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(value[(i * sizeof(ushort))..], types[i]);
        }
    }

    /// <summary>MESSAGE-INTEGRITY over all that is written so far.</summary>
    public void WriteMessageIntegrity(scoped ReadOnlySpan<byte> key)
    {
        if (TryAppend(StunAttribute.MessageIntegrity, StunAttributeIndex.MessageIntegrityBytes, out var value))
        {
            var protectedBytes = _length - StunMessage.AttributeHeaderBytes - StunAttributeIndex.MessageIntegrityBytes;
            StunIntegrity.Compute(key, _destination[..protectedBytes], value);
        }
    }

    /// <summary>FINGERPRINT over all that is written so far.</summary>
    public void WriteFingerprint()
    {
        if (TryAppend(StunAttribute.Fingerprint, StunAttributeIndex.FingerprintBytes, out var value))
        {
            var covered = _length - StunMessage.AttributeHeaderBytes - StunAttributeIndex.FingerprintBytes;
            BinaryPrimitives.WriteUInt32BigEndian(value, StunFingerprint.Compute(_destination[..covered]));
        }
    }

    /// <summary>Writes the attribute's header and padding and the new message length, so that the two codes above cover themselves.</summary>
    private bool TryAppend(StunAttribute type, int length, out Span<byte> value)
    {
        value = default;
        var padded = StunMessage.Padded(length);
        if (_overflow || length > ushort.MaxValue || _destination.Length - _length < StunMessage.AttributeHeaderBytes + padded
            || _length + StunMessage.AttributeHeaderBytes + padded > ushort.MaxValue)
        {
            _overflow = true;
            return false;
        }

        var header = _destination[_length..];
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)length);
        value = header.Slice(StunMessage.AttributeHeaderBytes, length);
        header.Slice(StunMessage.AttributeHeaderBytes + length, padded - length).Clear();
        _length += StunMessage.AttributeHeaderBytes + padded;
        WriteLength();
        return true;
    }

    private readonly void WriteLength() =>
        BinaryPrimitives.WriteUInt16BigEndian(_destination[StunMessage.LengthOffset..], (ushort)(_length - StunMessage.HeaderBytes));
}
