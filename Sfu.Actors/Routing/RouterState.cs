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
internal sealed class RouterState(RouterId id)
{
    private readonly Dictionary<PeerId, PeerRecord> _peers = [];
    private readonly Dictionary<TransportId, TransportEntry> _transports = [];
    private readonly Dictionary<ProducerId, ProducerRecord> _producers = [];
    private readonly Dictionary<ConsumerId, ConsumerRecord> _consumers = [];
    private readonly RecentIds _closed = new();

    public RouterId Id { get; } = id;

    public RouterBranches Branches { get; } = new();

    /// <summary>Null until the Router has come into being.</summary>
    public RouterSetup? Setup { get; private set; }

    public RtpCapabilities Capabilities { get; private set; } = new();

    /// <summary>The Router ends, and with it all that its branches carry.</summary>
    public bool IsClosing { get; private set; }

    public IReadOnlyCollection<PeerRecord> Peers => _peers.Values;

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

    public PeerRecord? Peer(PeerId id) => _peers.GetValueOrDefault(id);

    public void PutPeer(PeerRecord peer) => _peers[peer.Info.PeerId] = peer;

    public void RemovePeer(PeerId id) => _peers.Remove(id);

    public ImmutableArray<PeerRecord> PeersOf(IActorRef session) => [.. _peers.Values.Where(peer => peer.Session.Equals(session))];

    /// <summary>To the session of every peer but one.</summary>
    public IEnumerable<Letter> ToPeers(ISessionEvent news, PeerId? except) =>
        _peers.Values.Where(peer => peer.Info.PeerId != except).Select(peer => new Letter(peer.Session, news));

    /// <summary>The transports that end when this session leaves as this peer.</summary>
    public ImmutableArray<TransportEntry> TransportsOf(PeerId peer, IActorRef session) =>
        [.. _transports.Values.Where(entry => entry.Record.PeerId == peer && (entry.Record.Owner is null || entry.Record.Owner.Equals(session)))];

    public TransportEntry? Transport(TransportId id) => _transports.GetValueOrDefault(id);

    public void PutTransport(TransportEntry entry) => _transports[entry.Record.TransportId] = entry;

    public ProducerRecord? Producer(ProducerId id) => _producers.GetValueOrDefault(id);

    public void PutProducer(ProducerRecord producer) => _producers[producer.ProducerId] = producer;

    public ConsumerRecord? Consumer(ConsumerId id) => _consumers.GetValueOrDefault(id);

    public void PutConsumer(ConsumerRecord consumer) => _consumers[consumer.ConsumerId] = consumer;

    public void RemoveConsumer(ConsumerId id)
    {
        if (_consumers.Remove(id))
        {
            _closed.Add(id.Value);
        }
    }

    /// <summary>The id of a transport, Producer or Consumer that was there not long ago.</summary>
    public bool WasClosed(string id) => _closed.Contains(id);

    /// <summary>What lives on one branch.</summary>
    public ImmutableArray<TransportEntry> TransportsOn(IActorRef branch) => [.. _transports.Values.Where(entry => branch.Equals(entry.Branch))];

    public ImmutableArray<ProducerRecord> ProducersOn(TransportId id) => [.. _producers.Values.Where(producer => producer.TransportId == id)];

    public ImmutableArray<ConsumerRecord> ConsumersOn(TransportId id) => [.. _consumers.Values.Where(consumer => consumer.TransportId == id)];

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
        var ways = WaysToConsumersOf(id);
        if (_producers.Remove(id))
        {
            _closed.Add(id.Value);
        }

        foreach (var consumer in _consumers.Values.Where(consumer => consumer.ProducerId == id).ToArray())
        {
            RemoveConsumer(consumer.ConsumerId);
        }

        return ways;
    }

    /// <summary>The branches with Consumers of the Producer, each once.</summary>
    public ImmutableArray<IActorRef> WaysToConsumersOf(ProducerId id) =>
    [
        .. _consumers.Values
            .Where(consumer => consumer.ProducerId == id)
            .Select(consumer => Transport(consumer.TransportId)?.Way)
            .OfType<IActorRef>()
            .Distinct(),
    ];

    /// <summary>A branch announced itself: the transports that went by way of its node go straight from now on.</summary>
    public void SetBranch(IActorRef node, IActorRef branch)
    {
        Branches.Placed();
        foreach (var entry in _transports.Values.Where(entry => entry.Branch is null && entry.Node.Equals(node)).ToArray())
        {
            PutTransport(entry with { Branch = branch });
        }
    }

    /// <summary>Takes over what a branch of the former incarnation carries. What is known already stays.</summary>
    public void Adopt(IActorRef node, IActorRef branch, BranchSnapshot snapshot)
    {
        foreach (var peer in snapshot.Peers)
        {
            _peers.TryAdd(peer.Info.PeerId, peer);
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
    }

    public PeerAttached Welcome(long requestId, PeerId peer) => new(
        requestId,
        Capabilities,
        [.. _peers.Values.Where(other => other.Info.PeerId != peer).Select(other => other.Info)],
        [.. _producers.Values.Where(producer => producer.Open && producer.PeerId != peer).Select(producer => producer.Info)]);

    public RouterDump Dump(long requestId) => new(
        requestId,
        Id,
        Setup is not null,
        Branches.Count,
        [.. _peers.Values.Select(peer => peer.Info)],
        [.. _transports.Values.Select(entry => new RouterTransportDump(entry.Record.TransportId, entry.Record.PeerId, entry.Record.Open))],
        [
            .. _producers.Values.Select(producer => new RouterProducerDump(
                producer.ProducerId, producer.TransportId, producer.PeerId, producer.Kind, producer.Paused, producer.Open)),
        ],
        [.. _consumers.Values.Select(consumer => new RouterConsumerDump(consumer.ConsumerId, consumer.TransportId, consumer.ProducerId, consumer.Open))]);
}
