using System.Globalization;
using Sfu.Media.Wire;

namespace Sfu.Media.Ice;

public enum TransportProtocol : byte
{
    Udp,
    Tcp,
}

/// <summary>
/// The path between one local socket and one remote address, as a value. Two tuples are the same path when all fields are
/// equal; the hash only chooses a bucket.
/// </summary>
/// <param name="Protocol">UDP or TCP.</param>
/// <param name="LocalSocket">The node-wide number of the local UDP socket, or of the TCP connection (never reused).</param>
/// <param name="Local">The local address of that socket.</param>
/// <param name="Remote">The peer's address as the socket sees it.</param>
public readonly record struct TransportTuple(TransportProtocol Protocol, long LocalSocket, IpEndpoint Local, IpEndpoint Remote)
{
    /// <summary>A printable identity for maps, dumps and events. Allocates.</summary>
    public string Id => string.Create(
        CultureInfo.InvariantCulture, $"{(Protocol == TransportProtocol.Udp ? "udp" : "tcp")}-{LocalSocket}-{Remote}");
}
