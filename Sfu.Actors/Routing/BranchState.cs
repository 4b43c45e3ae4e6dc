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
    private readonly Dictionary<ProducerId, (ProducerRecord Record, ProducerHandle Handle)> _producers = [];
    private readonly Dictionary<ConsumerId, ConsumerRecord> _consumers = [];

    public RouterSetup Setup { get; set; } = setup;

    public bool IsEmpty => _transports.Count == 0;

    public IReadOnlyCollection<IActorRef> Transports => _transportIds.Keys;

    public ImmutableArray<TransportId> TransportIds => [.. _transports.Keys];

    public BranchSnapshot Snapshot => new(
        Setup,
        [.. _peers.Values],
        [.. _transports.Values.Select(transport => transport.Record)],
        [.. _producers.Values.Select(producer => producer.Record)],
        [.. _consumers.Values]);

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
    public IActorRef? TransportOf(ProducerId id) => _producers.TryGetValue(id, out var producer) ? Transport(producer.Record.TransportId) : null;

    /// <summary>The actor that carries the Consumer.</summary>
    public IActorRef? TransportOf(ConsumerId id) => _consumers.TryGetValue(id, out var consumer) ? Transport(consumer.TransportId) : null;

    /// <summary>The actors with Consumers of the Producer, each once.</summary>
    public ImmutableArray<IActorRef> TransportsConsuming(ProducerId id) =>
        [.. _consumers.Values.Where(consumer => consumer.ProducerId == id).Select(consumer => Transport(consumer.TransportId)).OfType<IActorRef>().Distinct()];

    /// <summary>The handle by which this node's media plane knows the Producer.</summary>
    public bool TryGetHandle(ProducerId id, out ProducerHandle handle)
    {
        var found = _producers.TryGetValue(id, out var producer);
        handle = producer.Handle;
        return found;
    }

    public void Put(ProducerRecord record, ProducerHandle handle) => _producers[record.ProducerId] = (record, handle);

    public void SetPaused(ProducerId id, bool paused)
    {
        if (_producers.TryGetValue(id, out var producer))
        {
            _producers[id] = (producer.Record with { Paused = paused }, producer.Handle);
        }
    }

    public void Remove(ProducerId id) => _producers.Remove(id);

    public void Put(ConsumerRecord record) => _consumers[record.ConsumerId] = record;

    public void Opened(ConsumerId id)
    {
        if (_consumers.TryGetValue(id, out var consumer))
        {
            _consumers[id] = consumer with { Open = true };
        }
    }

    public void Remove(ConsumerId id) => _consumers.Remove(id);

    /// <summary>Forgets the transport and all it carried. False when it was forgotten before.</summary>
    public bool Remove(TransportId id)
    {
        if (!_transports.Remove(id, out var transport))
        {
            return false;
        }

        _transportIds.Remove(transport.Actor);
        foreach (var producer in _producers.Values.Where(producer => producer.Record.TransportId == id).ToArray())
        {
            _producers.Remove(producer.Record.ProducerId);
        }

        foreach (var consumer in _consumers.Values.Where(consumer => consumer.TransportId == id).ToArray())
        {
            _consumers.Remove(consumer.ConsumerId);
        }

        return true;
    }

    public TransportId? IdOf(IActorRef actor) => _transportIds.TryGetValue(actor, out var id) ? id : null;
}
