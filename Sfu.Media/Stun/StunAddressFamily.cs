namespace Sfu.Media.Stun;

/// <summary>The form of an address attribute's value, RFC 8489 §14.1: a zero byte, the family, the port, the address.</summary>
internal static class StunAddressFamily
{
    public const byte IPv4 = 1;
    public const byte IPv6 = 2;
    public const int IPv4ValueBytes = 8;
    public const int IPv6ValueBytes = 20;

    /// <summary>XORs an IPv6 address with the magic cookie and the transaction id, 16 bytes each.</summary>
    public static void XorIPv6(ReadOnlySpan<byte> address, ReadOnlySpan<byte> cookieAndTransactionId, Span<byte> destination)
    {
        for (var i = 0; i < 16; i++)
        {
            destination[i] = (byte)(address[i] ^ cookieAndTransactionId[i]);
        }
    }
}
