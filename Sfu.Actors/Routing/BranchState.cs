using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Actors.Routing;

/// <summary>
/// What a branch knows: the part of its Router that lives on this node, with the handles of this node's media plane, and enough of the
/// rest to bring the Router back. Does nothing itself.
/// </summary>
internal sealed class BranchState(RouterSetup setup, ImmutableArray<PeerRecord> peers)
{
    private readonly Dictionary<PeerId, PeerRecord> _peers = peers.ToDictionary(peer => peer.Info.PeerId);
    private readonly Dictionary<TransportId, (TransportRecord Record, IActorRef Actor)> _transports = [];
    private readonly Dictionary<IActorRef, TransportId> _transportIds = [];
    private readonly CarriedMedia _media = new();
    private readonly Dictionary<ProducerId, TransportId> _expected = []; // Producers that transports have been asked for.

    public RouterSetup Setup { get; set; } = setup;

    public bool IsEmpty => _transports.Count == 0;

    public IReadOnlyCollection<IActorRef> Transports => _transportIds.Keys;

    public ImmutableArray<TransportId> TransportIds => [.. _transports.Keys];

    /// <summary>See <see cref="CarriedMedia.Visits"/>.</summary>
    public long Visits => _media.Visits;

    public BranchSnapshot Snapshot => new(
        Setup,
        [.. _peers.Values],
        [.. _transports.Values.Select(transport => transport.Record)],
        [.. _media.Producers],
        [.. _media.Consumers]);

    /// <summary>All that is here, also what is only being made.</summary>
    public ReconcileProtocol.Carries Carried(
        RouterId routerId, IActorRef node, IActorRef branch, long round, IEnumerable<TransportId> starting, IEnumerable<ConsumerId> awaited) => new(
        routerId,
        node,
        branch,
        round,
        [.. _peers.Keys],
        [
            .. _transports.Values.Select(transport => new CarriedTransport(transport.Record.TransportId, transport.Record.Open)),
            .. starting.Where(id => !_transports.ContainsKey(id)).Select(id => new CarriedTransport(id, Open: false)),
        ],
        [
            .. _media.Producers.Select(producer => new CarriedProducer(producer.ProducerId, Open: true, producer.Paused)),
            .. _expected.Keys.Select(id => new CarriedProducer(id, Open: false, Paused: false)),
        ],
        [
            .. _media.Consumers.Select(consumer => new CarriedConsumer(consumer.ConsumerId, consumer.Open)),
            .. awaited.Select(id => new CarriedConsumer(id, Open: false)),
        ]);

    public void Remember(PeerRecord peer) => _peers[peer.Info.PeerId] = peer;

    public void Forget(PeerId peer) => _peers.Remove(peer);

    public void Add(TransportRecord record, IActorRef actor)
    {
        _transports[record.TransportId] = (record, actor);
        _transportIds[actor] = record.TransportId;
    }

    public void Opened(TransportId id)
    {
        if (_transports.TryGetValue(id, out var transport))
        {
            _transports[id] = (transport.Record with { Open = true }, transport.Actor);
        }
    }

    public IActorRef? Transport(TransportId id) => _transports.TryGetValue(id, out var transport) ? transport.Actor : null;

    /// <summary>The actor that carries the Producer.</summary>
    public IActorRef? TransportOf(ProducerId id) => TransportIdOf(id) is { } transport ? Transport(transport) : null;

    /// <summary>The transport that carries the Producer, or is asked for it.</summary>
    public TransportId? TransportIdOf(ProducerId id) =>
        _media.Producer(id)?.TransportId ?? (_expected.TryGetValue(id, out var transport) ? transport : null);

    /// <summary>The actor that carries the Consumer.</summary>
    public IActorRef? TransportOf(ConsumerId id) => _media.Consumer(id) is { } consumer ? Transport(consumer.TransportId) : null;

    public ImmutableArray<ProducerRecord> ProducersOn(TransportId id) => _media.ProducersOn(id);

    /// <summary>The actors with Consumers of the Producer, each once.</summary>
    public ImmutableArray<IActorRef> TransportsConsuming(ProducerId id)
    {
        var consumers = _media.ConsumersOf(id);
        return consumers.Length switch
        {
            0 => [],
            1 => Transport(consumers[0].TransportId) is { } transport ? [transport] : [],
            _ => [.. consumers.Select(consumer => consumer.TransportId).Distinct().Select(Transport).OfType<IActorRef>()],
        };
    }

    public ProducerRecord? Producer(ProducerId id) => _media.Producer(id);

    public ConsumerRecord? Consumer(ConsumerId id) => _media.Consumer(id);

    public ImmutableArray<ConsumerRecord> ConsumersOn(TransportId id) => _media.ConsumersOn(id);

    /// <summary>Some transport here has a Consumer of it.</summary>
    public bool IsConsumed(ProducerId id) => _media.HasConsumersOf(id);

    /// <summary>The handle by which this node's media plane knows the Producer.</summary>
    public bool TryGetHandle(ProducerId id, out ProducerHandle handle) => _media.TryGetHandle(id, out handle);

    /// <summary>Its transport is asked for it, and says later what became of it.</summary>
    public void Expect(ProducerRecord record)
    {
        if (_transports.ContainsKey(record.TransportId) && _media.Producer(record.ProducerId) is null)
        {
            _expected[record.ProducerId] = record.TransportId;
        }
    }

    public void Put(ProducerRecord record, ProducerHandle handle)
    {
        _expected.Remove(record.ProducerId);
        _media.Put(record);
        _media.SetHandle(record.ProducerId, handle);
    }

    public void SetPaused(ProducerId id, bool paused)
    {
        if (_media.Producer(id) is { } producer)
        {
            _media.Put(producer with { Paused = paused });
        }
    }

    public void Remove(ProducerId id)
    {
        _expected.Remove(id);
        _media.Remove(id);
    }

    public void Put(ConsumerRecord record) => _media.Put(record);

    public void Opened(ConsumerId id)
    {
        if (_media.Consumer(id) is { } consumer)
        {
            _media.Put(consumer with { Open = true });
        }
    }

    public void Remove(ConsumerId id) => _media.Remove(id);

    /// <summary>Forgets the transport and all it carried. False when it was forgotten before.</summary>
    public bool Remove(TransportId id)
    {
        if (!_transports.Remove(id, out var transport))
        {
            return false;
        }

        _transportIds.Remove(transport.Actor);
        foreach (var producer in _media.ProducersOn(id))
        {
            Remove(producer.ProducerId);
        }

        foreach (var consumer in _media.ConsumersOn(id))
        {
            _media.Remove(consumer.ConsumerId);
        }

        foreach (var (producer, _) in _expected.Where(expected => expected.Value == id).ToArray())
        {
            _expected.Remove(producer);
        }

        return true;
    }

    public TransportId? IdOf(IActorRef actor) => _transportIds.TryGetValue(actor, out var id) ? id : null;
}
