using Sfu.Media.Ice;

namespace Sfu.Actors.Protocol;

/// <summary>A transport's path to its peer, printable.</summary>
public sealed record TupleInfo(TransportProtocol Protocol, string LocalAddress, int LocalPort, string RemoteAddress, int RemotePort)
{
    public static TupleInfo From(TransportTuple tuple) => new(
        tuple.Protocol,
        tuple.Local.ToIPAddress().ToString(),
        tuple.Local.Port,
        tuple.Remote.ToIPAddress().ToString(),
        tuple.Remote.Port);
}
