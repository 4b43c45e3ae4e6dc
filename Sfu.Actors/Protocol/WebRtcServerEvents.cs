using System.Collections.Immutable;
using Sfu.Media.Control;

namespace Sfu.Actors.Protocol;

/// <summary>
/// What subscribers of a WebRtcServer are told (<see cref="NodeProtocol.SubscribeServer"/>): which transports it handles, whatever ends
/// them, and its own end, last.
/// </summary>
public static class WebRtcServerEvents
{
    /// <summary>First of all: what there is. What comes from now on builds on this. No addresses yet: it is still opening.</summary>
    public sealed record ServerState(ServerId ServerId, ImmutableArray<ListenInfo> Bound, ImmutableArray<TransportId> Transports) : IWebRtcServerEvent;

    /// <summary>A transport listens with it.</summary>
    public sealed record TransportHandled(ServerId ServerId, RouterId RouterId, TransportId TransportId) : IWebRtcServerEvent;

    /// <summary>The transport is gone: closed by itself, with its Router, with its owner, by a fault or with the server.</summary>
    public sealed record TransportUnhandled(ServerId ServerId, RouterId RouterId, TransportId TransportId) : IWebRtcServerEvent;

    /// <summary>
    /// After the last transport is unhandled. The sockets close as the last DTLS close_notify has left, which is what
    /// <see cref="NodeProtocol.CloseServer"/> waits for.
    /// </summary>
    /// <param name="ServerId">The server.</param>
    /// <param name="Reason">
    /// Requested, NodeClosed, TransportClosed (of a transport's own server), MediaFault (could not be opened, or lost its sockets), or
    /// ControlFault.
    /// </param>
    public sealed record ServerClosed(ServerId ServerId, CloseReason Reason) : IWebRtcServerEvent;
}
