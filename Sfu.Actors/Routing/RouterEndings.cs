using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>
/// What follows from an end in a Router: forgets what goes with it, and says who is told what. Does nothing itself.
/// </summary>
internal sealed class RouterEndings(RouterState state)
{
    /// <summary>Peers hear of the end of the Router once; of what it carried only the owners hear, from the transports.</summary>
    public ImmutableArray<Letter> OfRouter(CloseReason reason) =>
    [
        .. state.ToPeers(new SessionEvents.RouterClosed(state.Id, reason), except: null),
        .. state.Branches.All.Select(branch => OfRouterAt(branch.Branch, state.Branches.IsGivenUp(branch.Node))),
    ];

    /// <summary>What its branch on one node hears: where that counts as lost, nobody is told of the end of its transports twice.</summary>
    public Letter OfRouterAt(IActorRef branch, bool givenUp) =>
        new(branch, new BranchProtocol.RouterClosing(state.Id, givenUp ? CloseReason.NodeLost : CloseReason.RouterClosed));

    /// <summary>A peer leaves, with the transports that were its session's.</summary>
    public ImmutableArray<Letter> OfPeer(PeerRecord peer, CloseReason reason)
    {
        var id = peer.Info.PeerId;
        var letters = ImmutableArray.CreateBuilder<Letter>();
        state.RemovePeer(id);
        foreach (var transport in state.TransportsOf(id, peer.Session))
        {
            var transportId = transport.Record.TransportId;
            letters.AddRange(OfTransport(transportId));
            letters.Add(new Letter(transport.Way, new BranchProtocol.EndTransport(state.Id, transportId, reason)));
        }

        letters.AddRange(state.Branches.ToAll(new BranchProtocol.ForgetPeer(state.Id, id)));
        letters.AddRange(state.ToPeers(new SessionEvents.PeerLeft(state.Id, id, reason), except: id));
        return letters.DrainToImmutable();
    }

    /// <summary>A branch is gone with its transports. A node that is gone cannot report; where only the branch is gone, the transports report themselves.</summary>
    public ImmutableArray<Letter> OfBranch(IActorRef branch, bool nodeLost)
    {
        if (state.IsClosing && !nodeLost)
        {
            // Nobody is told anything, and what is known goes with the Router.
            return [];
        }

        var letters = ImmutableArray.CreateBuilder<Letter>();
        foreach (var transport in state.TransportsOn(branch))
        {
            letters.AddRange(nodeLost ? OfLost(transport) : OfTransport(transport.Record.TransportId));
        }

        return letters.DrainToImmutable();
    }

    /// <summary>A node is gone that transports were on their way to.</summary>
    public ImmutableArray<Letter> OfUnplaced(IActorRef node) => [.. state.TransportsToward(node).SelectMany(transport => OfLost(transport))];

    /// <summary>A node does not answer: what it carries, or was to carry, counts as lost.</summary>
    public ImmutableArray<Letter> OfNode(IActorRef node) => [.. state.TransportsOnNode(node).SelectMany(transport => OfLost(transport))];

    /// <summary>It was never made, or is gone, and nothing was heard of it.</summary>
    public ImmutableArray<Letter> OfLostTransport(TransportId id) => state.Transport(id) is { } transport ? OfLost(transport) : [];

    public ImmutableArray<Letter> OfTransport(TransportId id)
    {
        var producers = state.RemoveTransport(id);
        if (producers.Length == 1)
        {
            return OfProducer(producers[0], CloseReason.TransportClosed);
        }

        return [.. producers.SelectMany(producer => OfProducer(producer, CloseReason.TransportClosed))];
    }

    public ImmutableArray<Letter> OfProducer(ProducerRecord producer, CloseReason reason)
    {
        var id = producer.ProducerId;
        var ways = state.RemoveProducer(id);
        if (state.IsClosing)
        {
            return [];
        }

        var observers = state.Observers.ProducerGone(id);
        if (ways.IsEmpty && (!producer.Open || state.Peers.IsEmpty))
        {
            return observers;
        }

        var letters = ImmutableArray.CreateBuilder<Letter>(ways.Length);
        letters.AddRange(observers);
        foreach (var way in ways)
        {
            letters.Add(new Letter(way, new BranchProtocol.ProducerGone(state.Id, id)));
        }

        if (producer.Open)
        {
            letters.AddRange(state.ToPeers(new SessionEvents.ProducerClosed(state.Id, id, reason), producer.PeerId));
        }

        return letters.DrainToImmutable();
    }

    private ImmutableArray<Letter> OfLost(TransportEntry transport) => [.. LastWordsOf(transport), .. OfTransport(transport.Record.TransportId)];

    /// <summary>
    /// What the owner of a transport, and who waits for it, would have heard from the transport itself. The node answers them beside its
    /// reports, which may be lost: of what is not known to have opened they may know, and to who does not, an id that he never heard means nothing.
    /// </summary>
    private IEnumerable<Letter> LastWordsOf(TransportEntry entry)
    {
        if (entry.Asker is { } asker)
        {
            yield return new Letter(
                asker.Asker,
                new Rejected(asker.RequestId, SfuErrorCode.Unavailable, "The node that was to carry the transport is lost, or the connection to it broke."));
        }

        if (entry.Record.Owner is not { } owner)
        {
            yield break;
        }

        var id = entry.Record.TransportId;
        foreach (var producer in state.ProducersOn(id))
        {
            yield return new Letter(owner, new SessionEvents.ProducerClosed(state.Id, producer.ProducerId, CloseReason.TransportClosed));
        }

        foreach (var consumer in state.ConsumersOn(id))
        {
            yield return new Letter(owner, new SessionEvents.ConsumerClosed(state.Id, id, consumer.ConsumerId, CloseReason.TransportClosed));
        }

        yield return new Letter(owner, new SessionEvents.TransportClosed(state.Id, id, CloseReason.NodeLost));
    }
}
