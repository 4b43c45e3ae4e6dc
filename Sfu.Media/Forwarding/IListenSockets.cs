using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>A bound local address. Each engine's thread has a socket of its own for it.</summary>
/// <param name="Id">Node-wide number, never reused: what tuples carry as their local socket, whichever thread's socket it was.</param>
/// <param name="Protocol">UDP or TCP.</param>
/// <param name="Local">The address it is bound to, with the real port.</param>
/// <param name="AnnouncedAddress">What candidates carry instead of the address; null: the address.</param>
/// <param name="ExposeInternalIp">With an announced address: candidates carry the address too.</param>
internal sealed record BoundSocket(
    long Id, TransportProtocol Protocol, IpEndpoint Local, string? AnnouncedAddress, bool ExposeInternalIp = false);

/// <summary>Opens and closes the sockets of servers for an engine. Media thread only.</summary>
internal interface IListenSockets
{
    const int EveryEngine = -1;

    /// <summary>
    /// Binds; on failure nothing stays bound. A wildcard address may give several sockets, one per local address.
    /// </summary>
    /// <param name="info">Where.</param>
    /// <param name="bound">What was bound is added.</param>
    /// <param name="error">Why nothing is.</param>
    /// <param name="engine">The one that has the sockets; −1: each engine has one.</param>
    bool TryOpen(ListenInfo info, List<BoundSocket> bound, out MediaError? error, int engine = EveryEngine);

    /// <summary>TCP connections open on this engine's thread, those of strangers included.</summary>
    int ConnectionCount { get; }

    /// <summary>
    /// Sends what is queued, then closes on this engine's thread: a UDP socket, a listening TCP socket with its connections, or one
    /// connection.
    /// </summary>
    void Close(long socketId);

    /// <summary>
    /// A TCP connection belongs to a transport of another engine: it goes there, as soon as what it said last has been looked at, with all
    /// that it still has to say, beginning with this frame.
    /// </summary>
    void MoveConnection(long connectionId, int engine, byte[] frame);
}
