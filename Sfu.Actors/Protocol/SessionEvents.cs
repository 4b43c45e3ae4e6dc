using Sfu.Media.Control;
using Sfu.Media.Ice;

namespace Sfu.Actors.Protocol;

/// <summary>
/// What sessions are told. As peer of a Router (from the Router): who comes and goes and what they produce, of the others only.
/// As owner of a transport (from the transport): what happens to it and to what it carries, so that an event about a Consumer never
/// overtakes the answer that announced it. Events about paths (tuples, selected tuple, ICE state, ufrags) are what changed since the last
/// ones, not every step on the way: a tuple that came and went in between is not mentioned.
/// </summary>
public static class SessionEvents
{
    /// <summary>To peers.</summary>
    public sealed record PeerJoined(RouterId RouterId, PeerInfo Peer) : ISessionEvent;

    /// <summary>To peers.</summary>
    public sealed record PeerUpdated(RouterId RouterId, PeerInfo Peer) : ISessionEvent;

    /// <summary>To peers.</summary>
    public sealed record PeerLeft(RouterId RouterId, PeerId PeerId, CloseReason Reason) : ISessionEvent;

    /// <summary>To a session that is peer no more without having asked: another took its place.</summary>
    public sealed record PeerDetached(RouterId RouterId, PeerId PeerId, CloseReason Reason) : ISessionEvent;

    /// <summary>To peers.</summary>
    public sealed record RouterClosed(RouterId RouterId, CloseReason Reason) : ISessionEvent;

    /// <summary>To peers.</summary>
    public sealed record ProducerOpened(RouterId RouterId, ProducerInfo Producer) : ISessionEvent;

    /// <summary>To peers: somebody else's. To the owner: its own, for whatever reason.</summary>
    public sealed record ProducerClosed(RouterId RouterId, ProducerId ProducerId, CloseReason Reason) : ISessionEvent;

    /// <summary>To peers.</summary>
    public sealed record ProducerPaused(RouterId RouterId, ProducerId ProducerId) : ISessionEvent;

    /// <summary>To peers.</summary>
    public sealed record ProducerResumed(RouterId RouterId, ProducerId ProducerId) : ISessionEvent;

    /// <summary>To the owner.</summary>
    public sealed record ConsumerClosed(RouterId RouterId, TransportId TransportId, ConsumerId ConsumerId, CloseReason Reason) : ISessionEvent;

    /// <summary>To the owner: the Consumer's Producer was paused.</summary>
    public sealed record ConsumerPaused(RouterId RouterId, TransportId TransportId, ConsumerId ConsumerId) : ISessionEvent;

    /// <summary>To the owner: the Consumer's Producer was resumed.</summary>
    public sealed record ConsumerResumed(RouterId RouterId, TransportId TransportId, ConsumerId ConsumerId) : ISessionEvent;

    /// <summary>To the owner, after the closings of what the transport carried.</summary>
    public sealed record TransportClosed(RouterId RouterId, TransportId TransportId, CloseReason Reason) : ISessionEvent;

    /// <summary>To the owner.</summary>
    public sealed record IceStateChanged(RouterId RouterId, TransportId TransportId, IceState State) : ISessionEvent;

    /// <summary>To the owner.</summary>
    public sealed record DtlsStateChanged(RouterId RouterId, TransportId TransportId, DtlsTransportState State) : ISessionEvent;

    /// <summary>To the owner: connectivity checks that name this ufrag reach the transport.</summary>
    public sealed record LocalUfragAdded(RouterId RouterId, TransportId TransportId, string Ufrag) : ISessionEvent;

    /// <summary>To the owner: the peer uses the credentials of a restart, or the media plane closed the transport.</summary>
    public sealed record LocalUfragRemoved(RouterId RouterId, TransportId TransportId, string Ufrag) : ISessionEvent;

    /// <summary>To the owner: the peer authenticated itself on a new path.</summary>
    public sealed record TupleAdded(RouterId RouterId, TransportId TransportId, TupleInfo Tuple) : ISessionEvent;

    /// <summary>To the owner. A transport that was asked to close reports its closing alone.</summary>
    public sealed record TupleRemoved(RouterId RouterId, TransportId TransportId, TupleInfo Tuple, TupleRemovalReason Reason) : ISessionEvent;

    /// <summary>To the owner. Null: there is no path any more.</summary>
    public sealed record SelectedTupleChanged(RouterId RouterId, TransportId TransportId, TupleInfo? Tuple) : ISessionEvent;
}
