using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Routing;

/// <summary>
/// What a Router knows: its peers, its transports wherever they live, and an index of what they carry. Decides what may be done and what
/// follows from an end; does nothing itself.
/// </summary>
internal sealed class RouterState
{
    private readonly RouterPeers _peers = new();
    private readonly RouterTransports _transports = new();
    private readonly CarriedMedia _media = new();
    private readonly RecentIds _closed = new();

    public RouterState(RouterId id)
    {
        Id = id;
        Observers = new RouterObservers(this);
    }

    public RouterId Id { get; }

    public RouterBranches Branches { get; } = new();

    public RouterObservers Observers { get; }

    /// <summary>Null until the Router has come into being.</summary>
    public RouterSetup? Setup { get; private set; }

    public RtpCapabilities Capabilities { get; private set; } = new();

    /// <summary>The Router ends, and with it all that its branches carry.</summary>
    public bool IsClosing { get; private set; }

    public ImmutableArray<PeerRecord> Peers => _peers.All;

    /// <summary>Entries looked at so far to find what ends with what: what tests count instead of time.</summary>
    public long Visits => _peers.Visits + _transports.Visits + _media.Visits;

    /// <summary>Came into being by use and nobody uses it: may end.</summary>
    public bool IsAbandoned => !IsClosing && Setup is not { Explicit: true } && _peers.Count == 0 && _transports.Count == 0;

    /// <summary>The Router comes into being, unless the codecs are refused.</summary>
    public bool TryBegin(RouterSetup setup, RouterOrtc ortc, [NotNullWhen(false)] out SfuError? error)
    {
        if (!ortc.TryGetRouterCapabilities(setup.MediaCodecs, out var capabilities, out error))
        {
            return false;
        }

        Setup = setup;
        Capabilities = capabilities;
        return true;
    }

    public void BeginClosing() => IsClosing = true;

    public PeerRecord? Peer(PeerId id) => _peers.Find(id);

    public void PutPeer(PeerRecord peer) => _peers.Put(peer);

    public void RemovePeer(PeerId id) => _peers.Remove(id);

    public ImmutableArray<PeerRecord> PeersOf(IActorRef session) => _peers.Of(session);

    public bool IsPeer(IActorRef session) => _peers.Has(session);

    /// <summary>To the session of every peer but one.</summary>
    public IEnumerable<Letter> ToPeers(ISessionEvent news, PeerId? except) =>
        _peers.Count == 0 ? [] : _peers.All.Where(peer => peer.Info.PeerId != except).Select(peer => new Letter(peer.Session, news));

    /// <summary>The transports that end when this session leaves as this peer.</summary>
    public ImmutableArray<TransportEntry> TransportsOf(PeerId peer, IActorRef session) =>
        [.. _transports.Of(peer).Where(entry => entry.Record.Owner is null || entry.Record.Owner.Equals(session))];

    public TransportEntry? Transport(TransportId id) => _transports.Find(id);

    public void PutTransport(TransportEntry entry) => _transports.Put(entry);

    public ProducerRecord? Producer(ProducerId id) => _media.Producer(id);

    public void PutProducer(ProducerRecord producer) => _media.Put(producer);

    public ConsumerRecord? Consumer(ConsumerId id) => _media.Consumer(id);

    public void PutConsumer(ConsumerRecord consumer) => _media.Put(consumer);

    public void RemoveConsumer(ConsumerId id)
    {
        if (_media.Remove(id))
        {
            _closed.Add(id.Value);
        }
    }

    /// <summary>The id of a transport, Producer or Consumer that was there not long ago.</summary>
    public bool WasClosed(string id) => _closed.Contains(id);

    /// <summary>What lives on one branch.</summary>
    public ImmutableArray<TransportEntry> TransportsOn(IActorRef branch) => [.. _transports.All.Where(entry => branch.Equals(entry.Branch))];

    /// <summary>What a node carries, or is to carry.</summary>
    public ImmutableArray<TransportEntry> TransportsOnNode(IActorRef node) => [.. _transports.All.Where(entry => entry.Node.Equals(node))];

    /// <summary>What is on its way to a node whose branch has not announced itself.</summary>
    public ImmutableArray<TransportEntry> TransportsToward(IActorRef node) => [.. _transports.All.Where(entry => entry.Branch is null && entry.Node.Equals(node))];

    /// <summary>Ends of pipes to other Routers.</summary>
    public ImmutableArray<TransportId> PipeEnds =>
        [.. _transports.All.Where(entry => entry.Record is { Kind: TransportKind.Pipe, Open: true }).Select(entry => entry.Record.TransportId)];

    public ImmutableArray<ProducerRecord> ProducersOn(TransportId id) => _media.ProducersOn(id);

    public ImmutableArray<ConsumerRecord> ConsumersOn(TransportId id) => _media.ConsumersOn(id);

    /// <summary>Forgets the transport and its Consumers. Its Producers come back to be removed one by one.</summary>
    public ImmutableArray<ProducerRecord> RemoveTransport(TransportId id)
    {
        if (!_transports.Remove(id))
        {
            return [];
        }

        _closed.Add(id.Value);
        foreach (var consumer in ConsumersOn(id))
        {
            RemoveConsumer(consumer.ConsumerId);
        }

        return ProducersOn(id);
    }

    /// <summary>Forgets the Producer and its Consumers; returns the ways to those.</summary>
    public ImmutableArray<IActorRef> RemoveProducer(ProducerId id)
    {
        var consumers = _media.ConsumersOf(id);
        var ways = WaysTo(consumers);
        if (_media.Remove(id))
        {
            _closed.Add(id.Value);
        }

        foreach (var consumer in consumers)
        {
            RemoveConsumer(consumer.ConsumerId);
        }

        return ways;
    }

    /// <summary>The branches with Consumers of the Producer, each once.</summary>
    public ImmutableArray<IActorRef> WaysToConsumersOf(ProducerId id) => WaysTo(_media.ConsumersOf(id));

    /// <summary>A branch announced itself: the transports that went by way of its node go straight from now on.</summary>
    public void SetBranch(IActorRef node, IActorRef branch)
    {
        Branches.EndWaitFor(node);
        foreach (var entry in _transports.All.Where(entry => entry.Branch is null && entry.Node.Equals(node)).ToArray())
        {
            PutTransport(entry with { Branch = branch });
        }
    }

    /// <summary>Takes over what a branch of the former incarnation carries. What is known already stays.</summary>
    /// <returns>The peers that are new here, and the Producers that may be consumed from now on.</returns>
    public (ImmutableArray<PeerRecord> Peers, ImmutableArray<ProducerRecord> Producers) Adopt(IActorRef node, IActorRef branch, BranchSnapshot snapshot)
    {
        ImmutableArray<PeerRecord> peers = [.. snapshot.Peers.Where(peer => _peers.Find(peer.Info.PeerId) is null)];
        ImmutableArray<ProducerRecord> producers = [.. snapshot.Producers.Where(producer => producer.Open && Producer(producer.ProducerId) is not { Open: true })];
        foreach (var peer in peers)
        {
            _peers.Put(peer);
        }

        foreach (var transport in snapshot.Transports)
        {
            PutTransport(new TransportEntry(transport, node, branch));
        }

        foreach (var producer in snapshot.Producers)
        {
            PutProducer(producer);
        }

        foreach (var consumer in snapshot.Consumers)
        {
            PutConsumer(consumer);
        }

        return (peers, producers);
    }

    public PeerAttached Welcome(long requestId, PeerId peer, IActorRef session) => new(
        requestId,
        Capabilities,
        [.. _peers.All.Where(other => other.Info.PeerId != peer).Select(other => other.Info)],
        [.. _media.Producers.Where(producer => producer.Open && producer.PeerId != peer).Select(producer => producer.Info)],
        [.. TransportsOf(peer, session).Where(entry => session.Equals(entry.Record.Owner)).Select(entry => entry.Record.TransportId)]);

    public RouterDump Dump(long requestId) => new(
        requestId,
        Id,
        Setup is not null,
        Branches.Count,
        [.. _peers.All.Select(peer => peer.Info)],
        [.. _transports.All.Select(entry => new RouterTransportDump(entry.Record.TransportId, entry.Record.PeerId, entry.Record.Open, entry.Record.Kind))],
        [
            .. _media.Producers.Select(producer => new RouterProducerDump(
                producer.ProducerId, producer.TransportId, producer.PeerId, producer.Kind, producer.Paused, producer.Open)),
        ],
        [.. _media.Consumers.Select(consumer => new RouterConsumerDump(consumer.ConsumerId, consumer.TransportId, consumer.ProducerId, consumer.Open))]);

    private ImmutableArray<IActorRef> WaysTo(ImmutableArray<ConsumerRecord> consumers) => consumers.Length switch
    {
        0 => [],
        1 => Transport(consumers[0].TransportId) is { } transport ? [transport.Way] : [],
        _ => [.. consumers.Select(consumer => Transport(consumer.TransportId)?.Way).OfType<IActorRef>().Distinct()],
    };
}
