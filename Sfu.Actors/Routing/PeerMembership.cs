using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>
/// Who belongs to a Router: takes peers in, changes them and lets them go, and says who is told what, the asker included. Does nothing
/// itself; the Router watches the sessions.
/// </summary>
internal sealed class PeerMembership(RouterState state, RouterEndings endings, FormerPeers formers)
{
    /// <summary>
    /// The peer is in from now on. Another session under its id leaves first, the same session changes what it said. Who attaches again, after it
    /// may have missed something, changes nothing, and takes nobody's place.
    /// </summary>
    public ImmutableArray<Letter> Attach(PeerProtocol.AttachPeer attach, IActorRef asker)
    {
        var info = new PeerInfo(attach.PeerId, attach.DisplayName, attach.Device, attach.AppData);
        var peer = new PeerRecord(info, attach.Session, attach.RtpCapabilities);
        var former = state.Peer(attach.PeerId);
        var same = former is not null && former.Session.Equals(attach.Session);
        if (attach.Again && former is not null)
        {
            return same
                ? [new Letter(asker, Welcome(attach))]
                : [Detached(attach.PeerId, attach.Session), Letter.Gone(attach, asker, "Another session has taken the peer's place.")];
        }

        formers.Forget(state.Id, attach.Session);
        if (!same)
        {
            ImmutableArray<Letter> replacing = former is null
                ? []
                : [Detached(attach.PeerId, former.Session), .. endings.OfPeer(former, CloseReason.PeerReplaced)];
            return [.. replacing, .. Put(peer, Welcome(attach), asker, new SessionEvents.PeerJoined(state.Id, info))];
        }

        return Put(peer, Welcome(attach), asker, former == peer ? null : new SessionEvents.PeerUpdated(state.Id, info));
    }

    /// <summary>
    /// A branch of the former incarnation has brought peers and Producers. Who came to this incarnation before it was welcomed without them, and hears
    /// of them now; of peers who came back by themselves meanwhile, and of what they know already, once more.
    /// </summary>
    public ImmutableArray<Letter> Introduce(ImmutableArray<PeerRecord> peers, ImmutableArray<ProducerRecord> producers)
    {
        var adopted = peers.Select(peer => peer.Info.PeerId).ToHashSet();
        ImmutableArray<PeerRecord> present = [.. state.Peers.Where(peer => !adopted.Contains(peer.Info.PeerId))];
        return
        [
            .. peers.Select(peer => new Letter(peer.Session, new SessionEvents.RouterMoved(state.Id))),
            .. from peer in peers
               let joined = new SessionEvents.PeerJoined(state.Id, peer.Info)
               from other in present
               select new Letter(other.Session, joined),
            .. from producer in producers
               let opened = new SessionEvents.ProducerOpened(state.Id, producer.Info)
               from other in present
               where other.Info.PeerId != producer.PeerId
               select new Letter(other.Session, opened),
        ];
    }

    /// <summary>The Router closes.</summary>
    public void Remember()
    {
        foreach (var peer in state.Peers)
        {
            formers.Add(state.Id, peer.Session);
        }
    }

    /// <summary>Who attaches again and is no peer has not heard that the Router closed: whatever is here under its name has been begun anew.</summary>
    public bool HasMissedTheEnd(PeerProtocol.AttachPeer attach) =>
        attach.Again && state.Peer(attach.PeerId) is null && formers.Contains(state.Id, attach.Session);

    /// <summary>Tells it.</summary>
    public ImmutableArray<Letter> Close(PeerProtocol.AttachPeer attach, IActorRef asker) =>
    [
        new(attach.Session, new SessionEvents.RouterClosed(state.Id, CloseReason.Requested)),
        Letter.Gone(attach, asker, "The Router was closed meanwhile."),
    ];

    public ImmutableArray<Letter> Update(PeerProtocol.UpdatePeer update, IActorRef asker)
    {
        if (Find(update.PeerId, update.Session) is not { } peer)
        {
            return [NotAttached(update, update.PeerId, asker)];
        }

        var info = peer.Info with { DisplayName = update.DisplayName ?? peer.Info.DisplayName, AppData = update.AppData ?? peer.Info.AppData };
        return Put(peer with { Info = info }, new Done(update.RequestId), asker, new SessionEvents.PeerUpdated(state.Id, info));
    }

    public ImmutableArray<Letter> Detach(PeerProtocol.DetachPeer detach, IActorRef asker) =>
        Find(detach.PeerId, detach.Session) is { } peer
            ? [.. endings.OfPeer(peer, CloseReason.PeerClosed), new Letter(asker, new Done(detach.RequestId))]
            : [NotAttached(detach, detach.PeerId, asker)];

    /// <summary>The session is gone, and with it every peer that it was.</summary>
    public ImmutableArray<Letter> Lose(IActorRef session) =>
        [.. state.PeersOf(session).SelectMany(peer => endings.OfPeer(peer, CloseReason.OwnerClosed))];

    private Letter Detached(PeerId peer, IActorRef session) => new(session, new SessionEvents.PeerDetached(state.Id, peer, CloseReason.PeerReplaced));

    private PeerAttached Welcome(PeerProtocol.AttachPeer attach) => state.Welcome(attach.RequestId, attach.PeerId, attach.Session);

    /// <summary>The asker is answered before the others hear of it, if there is news: its session may be another peer too.</summary>
    private ImmutableArray<Letter> Put(PeerRecord peer, IReply reply, IActorRef asker, ISessionEvent? news)
    {
        state.PutPeer(peer);
        return
        [
            .. state.Branches.ToAll(new BranchProtocol.RememberPeer(state.Id, peer)),
            new Letter(asker, reply),
            .. news is null ? [] : state.ToPeers(news, peer.Info.PeerId),
        ];
    }

    private PeerRecord? Find(PeerId id, IActorRef session) =>
        state.Peer(id) is { } peer && peer.Session.Equals(session) ? peer : null;

    private Letter NotAttached(IRequest request, PeerId id, IActorRef asker) =>
        Letter.Refusal(request, asker, SfuErrorCode.NotFound, $"The session is not attached to Router {state.Id} as {id}.");
}
