using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>
/// Makes the Router and what its nodes carry agree again, after messages between them may have been lost: see
/// <see cref="ReconcileProtocol"/>. Does nothing itself.
/// </summary>
internal sealed class Reconciliation(RouterState state, RouterEndings endings, BranchReports reports)
{
    private readonly Dictionary<IActorRef, Round> _rounds = []; // By node; the latest.
    private long _lastRound;

    /// <summary>The connection to the nodes at this address broke.</summary>
    public ImmutableArray<Letter> Begin(Address address) => Begin(state.Branches.NodesAt(address));

    /// <summary>The nodes at this address can be reached again.</summary>
    public ImmutableArray<Letter> TakeBack(Address address)
    {
        var letters = Begin(state.Branches.NodesAt(address), state.Branches.TakeBack);
        state.Branches.TakeBack(address);
        return letters;
    }

    /// <summary>
    /// The question or the answer may have been lost too, and what was sent since: asks again what is not answered. Empty: all is. Who does
    /// not answer at all is asked when it can be reached again.
    /// </summary>
    public ImmutableArray<Letter> Again() => Begin([.. _rounds.Keys.Where(node => state.Branches.Carries(node) && !state.Branches.IsGivenUp(node))]);

    /// <summary>A node whose messages, or those to it, may have been lost.</summary>
    public ImmutableArray<Letter> Begin(IActorRef node) => state.Branches.Carries(node) ? Begin([node]) : [];

    private ImmutableArray<Letter> Begin(ImmutableArray<IActorRef> nodes, Func<IActorRef, bool>? wasGivenUp = null)
    {
        foreach (var gone in _rounds.Keys.Where(node => !state.Branches.Carries(node)).ToArray())
        {
            _rounds.Remove(gone);
        }

        return [.. nodes.Select(node => Begin(node, (wasGivenUp ?? state.Branches.IsGivenUp)(node)))];
    }

    private Letter Begin(IActorRef node, bool wasGivenUp)
    {
        var branch = state.Branches.On(node);
        ImmutableArray<TransportId> transports = [.. state.TransportsOnNode(node).Select(entry => entry.Record.TransportId)];
        wasGivenUp |= _rounds.TryGetValue(node, out var former) && former.WasGivenUp;
        _rounds[node] = new Round(
            ++_lastRound,
            wasGivenUp,
            [.. transports, .. state.Branches.TransportsToward(node)],
            [.. transports.SelectMany(id => state.ProducersOn(id)).Select(producer => producer.ProducerId)],
            [.. transports.SelectMany(id => state.ConsumersOn(id)).Select(consumer => consumer.ConsumerId)]);
        return state.IsClosing && branch is not null
            ? endings.OfRouterAt(branch, wasGivenUp)
            : new Letter(branch ?? node, new ReconcileProtocol.Reconcile(state.Id, _lastRound));
    }

    /// <summary>What the node carries is compared with what was to be there when it was asked.</summary>
    public ImmutableArray<Letter> Settle(ReconcileProtocol.Carries carries)
    {
        if (!_rounds.TryGetValue(carries.Node, out var round) || round.Number != carries.Round)
        {
            return [];
        }

        _rounds.Remove(carries.Node);
        var letters = ImmutableArray.CreateBuilder<Letter>();
        EndLost(carries, round, letters);
        if (carries.Branch is { } branch && !state.IsClosing)
        {
            BookMissed(carries, letters);
            EndUnknown(carries, branch, round.WasGivenUp ? CloseReason.NodeLost : CloseReason.Requested, letters);
            Repeat(carries, branch, letters);
        }

        return letters.DrainToImmutable();
    }

    /// <summary>Asked for, and never made; or gone, and the report never came.</summary>
    private void EndLost(ReconcileProtocol.Carries carries, Round round, ImmutableArray<Letter>.Builder letters)
    {
        foreach (var id in round.Transports.Except(carries.Transports.Select(transport => transport.TransportId)))
        {
            state.Branches.ForgetPlaceOf(id);
            letters.AddRange(endings.OfLostTransport(id));
        }

        foreach (var id in round.Producers.Except(carries.Producers.Select(producer => producer.ProducerId)))
        {
            if (state.Producer(id) is { } producer)
            {
                letters.AddRange(endings.OfProducer(producer, CloseReason.NodeLost));
            }
        }

        foreach (var id in round.Consumers.Except(carries.Consumers.Select(consumer => consumer.ConsumerId)))
        {
            state.RemoveConsumer(id);
        }
    }

    /// <summary>Made or changed, and the report never came.</summary>
    private void BookMissed(ReconcileProtocol.Carries carries, ImmutableArray<Letter>.Builder letters)
    {
        foreach (var transport in carries.Transports)
        {
            if (transport.Open && state.Transport(transport.TransportId) is { Record.Open: false })
            {
                letters.AddRange(reports.Book(new BranchProtocol.TransportOpened(state.Id, transport.TransportId)));
            }
        }

        foreach (var (id, open, paused) in carries.Producers)
        {
            if (open && state.Producer(id) is { Open: false })
            {
                letters.AddRange(reports.Book(new BranchProtocol.ProducerAdded(state.Id, id)));
            }

            if (open && state.Producer(id) is { } producer && producer.Paused != paused)
            {
                letters.AddRange(reports.Book(new BranchProtocol.ProducerPauseDone(state.Id, id, paused)));
            }
        }

        foreach (var consumer in carries.Consumers)
        {
            if (consumer.Open && state.Consumer(consumer.ConsumerId) is { Open: false })
            {
                letters.AddRange(reports.Book(new BranchProtocol.ConsumerAdded(state.Id, consumer.ConsumerId)));
            }
        }
    }

    /// <summary>Ended here, and the node never heard of it.</summary>
    private void EndUnknown(ReconcileProtocol.Carries carries, IActorRef branch, CloseReason reason, ImmutableArray<Letter>.Builder letters)
    {
        var end = new ReconcileProtocol.EndUnknown(
            state.Id,
            [.. carries.Transports.Select(transport => transport.TransportId).Where(id => state.Transport(id) is null)],
            [.. carries.Producers.Select(producer => producer.ProducerId).Where(id => state.Producer(id) is null)],
            [.. carries.Consumers.Select(consumer => consumer.ConsumerId).Where(id => state.Consumer(id) is null)],
            reason);
        if (!end.Transports.IsEmpty || !end.Producers.IsEmpty || !end.Consumers.IsEmpty)
        {
            letters.Add(new Letter(branch, end));
        }
    }

    /// <summary>What the Router has told the node may be among what was lost, and does no harm twice.</summary>
    private void Repeat(ReconcileProtocol.Carries carries, IActorRef branch, ImmutableArray<Letter>.Builder letters)
    {
        foreach (var peer in state.Peers)
        {
            letters.Add(new Letter(branch, new BranchProtocol.RememberPeer(state.Id, peer)));
        }

        foreach (var left in carries.Peers.Where(id => state.Peer(id) is null))
        {
            letters.Add(new Letter(branch, new BranchProtocol.ForgetPeer(state.Id, left)));
        }

        letters.AddRange(state.Observers.MeasureAgain(producer => IsOn(producer, carries.Node)));
        var crossing = carries.Consumers
            .Select(consumer => state.Consumer(consumer.ConsumerId)?.ProducerId)
            .OfType<ProducerId>()
            .Distinct()
            .Select(state.Producer)
            .OfType<ProducerRecord>()
            .Where(producer => !IsOn(producer, carries.Node));
        foreach (var producer in crossing)
        {
            letters.Add(new Letter(branch, new BranchProtocol.ProducerPauseChanged(state.Id, producer.ProducerId, producer.Paused)));
        }
    }

    private bool IsOn(ProducerRecord producer, IActorRef node) => state.Transport(producer.TransportId) is { } transport && transport.Node.Equals(node);

    /// <summary>A question that is not answered yet.</summary>
    /// <param name="Number">Of the question.</param>
    /// <param name="WasGivenUp">Everybody has been told that what the node carries is lost.</param>
    /// <param name="Transports">What was to be there when it was asked.</param>
    /// <param name="Producers">The same.</param>
    /// <param name="Consumers">The same.</param>
    private sealed record Round(
        long Number,
        bool WasGivenUp,
        ImmutableArray<TransportId> Transports,
        ImmutableArray<ProducerId> Producers,
        ImmutableArray<ConsumerId> Consumers);
}
