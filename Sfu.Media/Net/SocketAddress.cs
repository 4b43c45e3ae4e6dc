using System.Buffers.Binary;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>Translates between <see cref="IpEndpoint"/> and the kernel's <c>sockaddr_in</c> and <c>sockaddr_in6</c>.</summary>
internal static class SocketAddress
{
    /// <summary>Bytes that hold either family.</summary>
    public const int MaxLength = 28;

    private const int IPv4Length = 16;
    private const int IPv6Length = 28;

    /// <summary>Writes the address; returns its length in bytes. <paramref name="destination"/> holds <see cref="MaxLength"/> bytes.</summary>
    public static int Write(in IpEndpoint endpoint, Span<byte> destination)
    {
        // sa_family is in host order, port and address in network order.
        if (endpoint.IsIPv4)
        {
            destination[..IPv4Length].Clear();
            BitConverter.TryWriteBytes(destination, (ushort)LibC.AF_INET);
            BinaryPrimitives.WriteUInt16BigEndian(destination[2..], endpoint.Port);
            BinaryPrimitives.WriteUInt32BigEndian(destination[4..], endpoint.IPv4Address);
            return IPv4Length;
        }

        destination[..IPv6Length].Clear();
        BitConverter.TryWriteBytes(destination, (ushort)LibC.AF_INET6);
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], endpoint.Port);
        endpoint.WriteAddress(destination[8..]);
        return IPv6Length;
    }

    public static bool TryRead(ReadOnlySpan<byte> address, out IpEndpoint endpoint)
    {
        endpoint = default;
        if (address.Length < IPv4Length)
        {
            return false;
        }

        var family = BitConverter.ToUInt16(address);
        var port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
        if (family == LibC.AF_INET)
        {
            endpoint = IpEndpoint.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(address[4..]), port);
            return true;
        }

        if (family == LibC.AF_INET6 && address.Length >= IPv6Length)
        {
            endpoint = IpEndpoint.FromIPv6(address.Slice(8, 16), port);
            return true;
        }

        return false;
    }
}
