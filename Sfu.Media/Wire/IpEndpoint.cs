using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Sfu.Media.Wire;

/// <summary>
/// An IP address and port as a value without references: 16 address bytes, in network order, and a port in host order.
/// IPv4 is held IPv4-mapped (RFC 4291 §2.5.5.2), so that one comparison serves both families. Allocates nothing until it is printed.
/// </summary>
public readonly struct IpEndpoint : IEquatable<IpEndpoint>
{
    private readonly ulong _high;
    private readonly ulong _low;
    private readonly ushort _port;

    private IpEndpoint(ulong high, ulong low, ushort port)
    {
        _high = high;
        _low = low;
        _port = port;
    }

    public ushort Port => _port;

    public bool IsIPv4 => _high == 0 && _low >> 32 == 0xFFFF;

    /// <summary>The IPv4 address as a host-order number. Meaningful only when <see cref="IsIPv4"/>.</summary>
    public uint IPv4Address => (uint)_low;

    public static IpEndpoint FromIPv4(uint address, ushort port) => new(0, 0xFFFF_0000_0000UL | address, port);

    /// <param name="address">Exactly 16 bytes, network order.</param>
    /// <param name="port">Host order.</param>
    public static IpEndpoint FromIPv6(ReadOnlySpan<byte> address, ushort port) =>
        new(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(address), System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(address[8..]), port);

    public IpEndpoint WithPort(ushort port) => new(_high, _low, port);

    public static IpEndpoint From(IPAddress address, int port)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var written);
        return written == 4
            ? FromIPv4(System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes), (ushort)port)
            : FromIPv6(bytes, (ushort)port);
    }

    public static IpEndpoint From(IPEndPoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        return From(endpoint.Address, endpoint.Port);
    }

    /// <summary>Writes the 16 address bytes, network order (IPv4 mapped).</summary>
    public void WriteAddress(Span<byte> destination)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
    }

    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        WriteAddress(bytes);
        return IsIPv4 ? new IPAddress(bytes[12..]) : new IPAddress(bytes);
    }

    public AddressFamily AddressFamily => IsIPv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;

    public bool Equals(IpEndpoint other) => _low == other._low && _high == other._high && _port == other._port;

    public override bool Equals(object? obj) => obj is IpEndpoint other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(_high, _low, _port);

    public static bool operator ==(IpEndpoint a, IpEndpoint b) => a.Equals(b);

    public static bool operator !=(IpEndpoint a, IpEndpoint b) => !a.Equals(b);

    public override string ToString() => IsIPv4
        ? string.Create(CultureInfo.InvariantCulture, $"{ToIPAddress()}:{_port}")
        : string.Create(CultureInfo.InvariantCulture, $"[{ToIPAddress()}]:{_port}");
}
