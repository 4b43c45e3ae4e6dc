using System.Buffers.Binary;
using System.Globalization;

namespace Sfu.Bench.Load;

/// <summary>
/// Where a transport of the load side is at home: 127.N.X.Y, so that one socket serves thousands, each with a 5-tuple of its own.
/// N is the <see cref="LoadPeer"/>, X.Y the transport.
/// </summary>
internal readonly record struct LocalAddress(int Peer, int Transport)
{
    private const int FirstPeer = 16;

    public const int MaxTransports = 1 << 16;

    /// <summary>As <c>in_addr</c>.</summary>
    public uint NetworkOrder => BinaryPrimitives.ReverseEndianness(HostOrder);

    private uint HostOrder => (127u << 24) | ((uint)(FirstPeer + Peer) << 16) | (uint)Transport;

    /// <summary>The transport that a datagram to this <c>in_addr</c> is for.</summary>
    public static int TransportOf(uint networkOrder) => (int)(BinaryPrimitives.ReverseEndianness(networkOrder) & 0xFFFF);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"127.{FirstPeer + Peer}.{Transport >> 8}.{Transport & 255}");
}
