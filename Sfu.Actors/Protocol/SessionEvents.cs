using System.Collections.Immutable;
using Sfu.Media.Control;
using Sfu.Media.Ice;

namespace Sfu.Actors.Protocol;

/// <summary>
/// What sessions are told. As peer of a Router (from the Router): who comes and goes and what they produce, of the others only.
/// As owner of a transport, or as its subscriber (<see cref="RouterProtocol.SubscribeTransport"/>), from the transport: what happens to it
/// and to what it carries, so that an event about a Consumer never overtakes the answer that announced it.
/// </summary>
/// <remarks>
/// Events about paths are what changed since the last ones, not every step on the way: a tuple that came and went in between is not
/// mentioned. The first change is told at once, what follows within <c>sfu.web-rtc-transport.path-report-interval</c> is told together
/// when that is over, so that a peer cannot flood anybody. One report has the order ufrags, tuples, overflows, selected tuple, ICE state.
/// Scores, layers and orientations are told the same way: the last of each, in the same interval; of traces the last 256.
/// A transport that closes, whatever the cause, tells of each thing that it still had: Producers, Consumers, ufrags, tuples (removed
/// with <see cref="TupleRemovalReason.TransportClosed"/>), the selected tuple (null), ICE and DTLS state (closed), and last of itself.
/// Only where the whole node is lost nobody is left to tell that: the Router then tells the owner of Producers, Consumers and the
/// transport, and subscribers see by DeathWatch that the transport is gone.
/// What is on its way when a connection between two nodes breaks is lost: who has to know all asks for the present state afterwards, a Router by
/// <see cref="PeerProtocol.AttachPeer"/> with <c>Again</c>, a transport by <see cref="RouterProtocol.DumpTransport"/> sent to its actor, whose
/// answer comes behind all that it had told before.
/// </remarks>
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

    /// <summary>
    /// To peers: the Router goes on by another actor, perhaps on another node, and what happened between the two was told to nobody. Who wants
    /// to know asks by <see cref="PeerProtocol.AttachPeer"/> with <c>Again</c>. Observers ended with the former actor.
    /// </summary>
    public sealed record RouterMoved(RouterId RouterId) : ISessionEvent;

    /// <summary>To peers.</summary>
    public sealed record RouterClosed(RouterId RouterId, CloseReason Reason) : ISessionEvent;

    /// <summary>To peers.</summary>
    public sealed record ProducerOpened(RouterId RouterId, ProducerInfo Producer) : ISessionEvent;

    /// <summary>To peers: somebody else's. To owner and subscribers of its transport: for whatever reason.</summary>
    public sealed record ProducerClosed(RouterId RouterId, ProducerId ProducerId, CloseReason Reason) : ISessionEvent;

    /// <summary>To peers.</summary>
    public sealed record ProducerPaused(RouterId RouterId, ProducerId ProducerId) : ISessionEvent;

    /// <summary>To peers.</summary>
    public sealed record ProducerResumed(RouterId RouterId, ProducerId ProducerId) : ISessionEvent;

    /// <summary>To owner and subscribers.</summary>
    public sealed record ConsumerClosed(RouterId RouterId, TransportId TransportId, ConsumerId ConsumerId, CloseReason Reason) : ISessionEvent;

    /// <summary>To owner and subscribers: the Consumer's Producer was paused.</summary>
    public sealed record ConsumerPaused(RouterId RouterId, TransportId TransportId, ConsumerId ConsumerId) : ISessionEvent;

    /// <summary>To owner and subscribers: the Consumer's Producer was resumed.</summary>
    public sealed record ConsumerResumed(RouterId RouterId, TransportId TransportId, ConsumerId ConsumerId) : ISessionEvent;

    /// <summary>To owner and subscribers, after the closings of what the transport carried.</summary>
    public sealed record TransportClosed(RouterId RouterId, TransportId TransportId, CloseReason Reason) : ISessionEvent;

    /// <summary>
    /// To owner and subscribers: the transport's node is being emptied. Make another transport, which comes to be elsewhere, and close this one
    /// when media has come over.
    /// </summary>
    /// <param name="RouterId">The transport's.</param>
    /// <param name="TransportId">The one to leave.</param>
    /// <param name="WithinMs">It is closed after so many milliseconds.</param>
    public sealed record TransportMustMove(RouterId RouterId, TransportId TransportId, int WithinMs) : ISessionEvent;

    /// <summary>To owner and subscribers.</summary>
    public sealed record IceStateChanged(RouterId RouterId, TransportId TransportId, IceState State) : ISessionEvent;

    /// <summary>To owner and subscribers.</summary>
    public sealed record DtlsStateChanged(RouterId RouterId, TransportId TransportId, DtlsTransportState State) : ISessionEvent;

    /// <summary>To owner and subscribers: connectivity checks that name this ufrag reach the transport.</summary>
    public sealed record LocalUfragAdded(RouterId RouterId, TransportId TransportId, string Ufrag) : ISessionEvent;

    /// <summary>To owner and subscribers: the peer uses the credentials of a restart, or the transport closes.</summary>
    public sealed record LocalUfragRemoved(RouterId RouterId, TransportId TransportId, string Ufrag) : ISessionEvent;

    /// <summary>To owner and subscribers: the peer authenticated itself on a new path.</summary>
    public sealed record TupleAdded(RouterId RouterId, TransportId TransportId, TupleInfo Tuple) : ISessionEvent;

    /// <summary>To owner and subscribers.</summary>
    public sealed record TupleRemoved(RouterId RouterId, TransportId TransportId, TupleInfo Tuple, TupleRemovalReason Reason) : ISessionEvent;

    /// <summary>
    /// To owner and subscribers: the peer reads this TCP tuple too slowly, and whole packets for it are dropped. Once for each time that
    /// begins, with all that were dropped on it so far.
    /// </summary>
    public sealed record TupleSendQueueOverflowed(RouterId RouterId, TransportId TransportId, TupleInfo Tuple, long DroppedFrames) : ISessionEvent;

    /// <summary>To owner and subscribers. Null: there is no path any more.</summary>
    public sealed record SelectedTupleChanged(RouterId RouterId, TransportId TransportId, TupleInfo? Tuple) : ISessionEvent;

    /// <summary>To owner and subscribers of a PlainTransport whose RTCP has a port of its own: where RTCP is sent; null: nowhere.</summary>
    public sealed record RtcpTupleChanged(RouterId RouterId, TransportId TransportId, TupleInfo? Tuple) : ISessionEvent;

    /// <summary>To owner and subscribers: how well the Producer's encodings arrive.</summary>
    public sealed record ProducerScoresChanged(RouterId RouterId, ProducerId ProducerId, ImmutableArray<EncodingScore> Scores) : ISessionEvent;

    /// <summary>To owner and subscribers: how the publisher holds its camera.</summary>
    public sealed record ProducerVideoOrientationChanged(RouterId RouterId, ProducerId ProducerId, VideoOrientation Orientation) : ISessionEvent;

    /// <summary>To owner and subscribers: how well the Consumer's media reaches its client.</summary>
    public sealed record ConsumerScoreChanged(RouterId RouterId, TransportId TransportId, ConsumerId ConsumerId, ConsumerScore Score) : ISessionEvent;

    /// <summary>To owner and subscribers: what the client is sent of the Producer's layers from now on. Null: nothing.</summary>
    public sealed record ConsumerLayersChanged(RouterId RouterId, TransportId TransportId, ConsumerId ConsumerId, ConsumerLayers? Layers) : ISessionEvent;

    /// <summary>To owner and subscribers, after <see cref="RouterProtocol.EnableTransportTrace"/>.</summary>
    public sealed record TransportTraced(RouterId RouterId, TransportId TransportId, MediaTrace Trace) : ISessionEvent;

    /// <summary>To owner and subscribers, after <see cref="RouterProtocol.EnableProducerTrace"/>.</summary>
    public sealed record ProducerTraced(RouterId RouterId, ProducerId ProducerId, MediaTrace Trace) : ISessionEvent;

    /// <summary>To owner and subscribers, after <see cref="RouterProtocol.EnableConsumerTrace"/>.</summary>
    public sealed record ConsumerTraced(RouterId RouterId, TransportId TransportId, ConsumerId ConsumerId, MediaTrace Trace) : ISessionEvent;

    /// <summary>
    /// To a new subscriber, first of all: what was told of the transport so far, summed up. The last score, orientation and layers of all it
    /// carries follow, as events. What is told from then on builds on this. A transport without ICE and DTLS is new for good in both.
    /// </summary>
    public sealed record TransportState(
        RouterId RouterId,
        TransportId TransportId,
        IceState IceState,
        DtlsTransportState DtlsState,
        ImmutableArray<string> Ufrags,
        ImmutableArray<TupleInfo> Tuples,
        TupleInfo? SelectedTuple,
        TupleInfo? RtcpTuple = null) : ISessionEvent;
}
