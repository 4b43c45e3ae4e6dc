using Sfu.Media.Ice;

namespace Sfu.Actors.Protocol;

/// <summary>A transport's path to its peer, printable.</summary>
/// <param name="Protocol">UDP or TCP.</param>
/// <param name="LocalAddress">Of the socket.</param>
/// <param name="LocalPort">Of the socket.</param>
/// <param name="RemoteAddress">As the socket sees the peer.</param>
/// <param name="RemotePort">As the socket sees the peer.</param>
/// <param name="Id">The path's identity on its node, as dumps name it.</param>
public sealed record TupleInfo(
    TransportProtocol Protocol, string LocalAddress, int LocalPort, string RemoteAddress, int RemotePort, string Id = "")
{
    public static TupleInfo From(TransportTuple tuple) => new(
        tuple.Protocol,
        tuple.Local.ToIPAddress().ToString(),
        tuple.Local.Port,
        tuple.Remote.ToIPAddress().ToString(),
        tuple.Remote.Port,
        tuple.Id);
}
