using System.Collections.Immutable;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Actors.Routing;

/// <summary>
/// The book of Producers and Consumers: by id, by the transport that carries them, and Consumers also by their Producer. Forgets a
/// transport with all it carried without looking at what others carry. Does nothing itself.
/// </summary>
internal sealed class CarriedMedia
{
    private readonly Dictionary<ProducerId, ProducerEntry> _producers = [];
    private readonly Dictionary<ConsumerId, ConsumerEntry> _consumers = [];
    private readonly Chains<TransportId, ProducerEntry> _producersOn = new(static (ProducerEntry entry) => ref entry.OnTransport);
    private readonly Chains<TransportId, ConsumerEntry> _consumersOn = new(static (ConsumerEntry entry) => ref entry.OnTransport);
    private readonly Chains<ProducerId, ConsumerEntry> _consumersOf = new(static (ConsumerEntry entry) => ref entry.OfProducer);
    private long _visits;

    /// <summary>All there are: for snapshots and dumps.</summary>
    public IEnumerable<ProducerRecord> Producers
    {
        get
        {
            foreach (var entry in _producers.Values)
            {
                _visits++;
                yield return entry.Record;
            }
        }
    }

    /// <summary>All there are: for snapshots and dumps.</summary>
    public IEnumerable<ConsumerRecord> Consumers
    {
        get
        {
            foreach (var entry in _consumers.Values)
            {
                _visits++;
                yield return entry.Record;
            }
        }
    }

    /// <summary>Producers and Consumers looked at so far, by whoever looked for some: what tests count instead of time.</summary>
    public long Visits => _visits + _producersOn.Visits + _consumersOn.Visits + _consumersOf.Visits;

    public ProducerRecord? Producer(ProducerId id) => _producers.GetValueOrDefault(id)?.Record;

    public ConsumerRecord? Consumer(ConsumerId id) => _consumers.GetValueOrDefault(id)?.Record;

    public ImmutableArray<ProducerRecord> ProducersOn(TransportId id) => _producersOn.Of(id, static entry => entry.Record);

    public ImmutableArray<ConsumerRecord> ConsumersOn(TransportId id) => _consumersOn.Of(id, static entry => entry.Record);

    public ImmutableArray<ConsumerRecord> ConsumersOf(ProducerId id) => _consumersOf.Of(id, static entry => entry.Record);

    /// <summary>The handle by which this node's media plane knows the Producer. False where it was never set: in a Router, for example.</summary>
    public bool TryGetHandle(ProducerId id, out ProducerHandle handle)
    {
        handle = _producers.GetValueOrDefault(id)?.Handle ?? default;
        return handle != default;
    }

    /// <summary>Of a Producer that is there.</summary>
    public void SetHandle(ProducerId id, ProducerHandle handle) => _producers[id].Handle = handle;

    public bool HasConsumersOf(ProducerId id) => _consumersOf.Contains(id);

    /// <summary>Adds a Producer, or takes the place of the one of its id.</summary>
    public void Put(ProducerRecord record)
    {
        if (_producers.TryGetValue(record.ProducerId, out var entry) && entry.Record.TransportId == record.TransportId)
        {
            entry.Record = record;
            return;
        }

        Remove(record.ProducerId);
        entry = new ProducerEntry { Record = record };
        _producers.Add(record.ProducerId, entry);
        _producersOn.Add(record.TransportId, entry);
    }

    /// <summary>Adds a Consumer, or takes the place of the one of its id.</summary>
    public void Put(ConsumerRecord record)
    {
        if (_consumers.TryGetValue(record.ConsumerId, out var entry)
            && entry.Record.TransportId == record.TransportId && entry.Record.ProducerId == record.ProducerId)
        {
            entry.Record = record;
            return;
        }

        Remove(record.ConsumerId);
        entry = new ConsumerEntry { Record = record };
        _consumers.Add(record.ConsumerId, entry);
        _consumersOn.Add(record.TransportId, entry);
        _consumersOf.Add(record.ProducerId, entry);
    }

    /// <summary>Its Consumers stay. False when it was not there.</summary>
    public bool Remove(ProducerId id)
    {
        if (!_producers.Remove(id, out var entry))
        {
            return false;
        }

        _producersOn.Remove(entry.Record.TransportId, entry);
        return true;
    }

    /// <summary>False when it was not there.</summary>
    public bool Remove(ConsumerId id)
    {
        if (!_consumers.Remove(id, out var entry))
        {
            return false;
        }

        _consumersOn.Remove(entry.Record.TransportId, entry);
        _consumersOf.Remove(entry.Record.ProducerId, entry);
        return true;
    }

    private sealed class ProducerEntry
    {
        public required ProducerRecord Record;
        public ProducerHandle Handle;
        public Chains<TransportId, ProducerEntry>.Link OnTransport;
    }

    private sealed class ConsumerEntry
    {
        public required ConsumerRecord Record;
        public Chains<TransportId, ConsumerEntry>.Link OnTransport;
        public Chains<ProducerId, ConsumerEntry>.Link OfProducer;
    }
}
