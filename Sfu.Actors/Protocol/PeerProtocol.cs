using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Protocol;

/// <summary>
/// A Router's peers: what signalling needs of a room, anywhere in the cluster. A session that attached gets every
/// <see cref="ISessionEvent"/> of its Router that does not come from itself.
/// </summary>
public static class PeerProtocol
{
    /// <summary>
    /// Joins. A second session under the same id takes the place of the first, which is told <see cref="SessionEvents.PeerDetached"/>
    /// and loses the peer's transports; the same session again changes what the first attach said, and the others hear of it, unless it
    /// says just the same. The Router watches the session: when it stops, the peer leaves.
    /// </summary>
    /// <param name="RequestId">The asker's.</param>
    /// <param name="RouterId">The Router.</param>
    /// <param name="PeerId">Unique within the Router.</param>
    /// <param name="DisplayName">For people.</param>
    /// <param name="Device">JSON that the other peers are told.</param>
    /// <param name="AppData">JSON that the other peers are told.</param>
    /// <param name="Session">Gets the events.</param>
    /// <param name="RtpCapabilities">What the peer can receive: the default for its <see cref="RouterProtocol.Consume"/>. Null when it does not consume.</param>
    /// <param name="Again">
    /// The session was attached, and asks for what it may have missed: a connection broke, or the Router goes on elsewhere. Where the Router
    /// knows it, nothing changes and nobody else hears of it. Where another session has the peer's place it keeps it: the answer is
    /// <see cref="SfuErrorCode.Closed"/>, after <see cref="SessionEvents.PeerDetached"/>. Where the Router has closed meanwhile, too, after
    /// <see cref="SessionEvents.RouterClosed"/>, as long as the node of the former one remembers its last 10,000 peers on other nodes.
    /// </param>
    public sealed record AttachPeer(
        long RequestId,
        RouterId RouterId,
        PeerId PeerId,
        string DisplayName,
        JsonText Device,
        JsonText AppData,
        IActorRef Session,
        RtpCapabilities? RtpCapabilities,
        bool Again = false) : IRouterMessage, IRequest<IAttachPeerReply>;

    /// <summary>Changes what is not null. Only for the session that is attached; the others are told <see cref="SessionEvents.PeerUpdated"/>.</summary>
    public sealed record UpdatePeer(long RequestId, RouterId RouterId, PeerId PeerId, IActorRef Session, string? DisplayName, JsonText? AppData)
        : IRouterMessage, IRequest<IDoneReply>;

    /// <summary>Leaves: the peer's transports close with <see cref="CloseReason.PeerClosed"/>. Only for the session that is attached.</summary>
    public sealed record DetachPeer(long RequestId, RouterId RouterId, PeerId PeerId, IActorRef Session) : IRouterMessage, IRequest<IDoneReply>;
}

/// <param name="RequestId">The asker's.</param>
/// <param name="RtpCapabilities">The Router's.</param>
/// <param name="Peers">Everybody else.</param>
/// <param name="Producers">Everybody else's.</param>
/// <param name="Transports">
/// Those that the session owns as this peer, as far as the Router knows: right after it has begun to go on elsewhere some may be missing that
/// live. For one that the session has asked for, and not had, the answer is on its way or lost.
/// </param>
public sealed record PeerAttached(
    long RequestId,
    RtpCapabilities RtpCapabilities,
    ImmutableArray<PeerInfo> Peers,
    ImmutableArray<ProducerInfo> Producers,
    ImmutableArray<TransportId> Transports = default) : IAttachPeerReply;
