using Sfu.Media.Ice;
using Sfu.Media.Wire;

namespace Sfu.Media.Control;

/// <summary>A path in statistics, in mediasoup's field names.</summary>
/// <param name="LocalAddress">The announced one where there is one, else the socket's.</param>
/// <param name="LocalPort">Of the socket.</param>
/// <param name="Protocol"><c>udp</c> or <c>tcp</c>.</param>
/// <param name="RemoteIp">As the socket sees the peer; null: there is none yet.</param>
/// <param name="RemotePort">Likewise.</param>
public sealed record TupleStats(string LocalAddress, int LocalPort, string Protocol, string? RemoteIp = null, int? RemotePort = null)
{
    /// <summary>The older name of <see cref="LocalAddress"/>, which clients may still read.</summary>
    public string LocalIp => LocalAddress;

    /// <summary>A path that is there.</summary>
    public static TupleStats Of(in TransportTuple tuple, string? announcedAddress) => Of(tuple.Protocol, tuple.Local, announcedAddress) with
    {
        RemoteIp = tuple.Remote.ToIPAddress().ToString(),
        RemotePort = tuple.Remote.Port,
    };

    /// <summary>A socket that waits for its peer.</summary>
    public static TupleStats Of(TransportProtocol protocol, IpEndpoint local, string? announcedAddress) =>
        new(announcedAddress ?? local.ToIPAddress().ToString(), local.Port, protocol == TransportProtocol.Udp ? "udp" : "tcp");
}
