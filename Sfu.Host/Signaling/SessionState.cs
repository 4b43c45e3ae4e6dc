using Sfu.Actors.Protocol;

namespace Sfu.Host.Signaling;

/// <summary>What a session knows of its own objects and of the others in the room. Actor only.</summary>
internal sealed class SessionState
{
    /// <summary>Own transports.</summary>
    public Dictionary<TransportId, SessionTransport> Transports { get; } = [];

    /// <summary>Own Producers.</summary>
    public Dictionary<ProducerId, SessionProducer> Producers { get; } = [];

    /// <summary>Those of them that may be heard speaking; one that has closed may still be among them.</summary>
    public HashSet<ProducerId> Voices { get; } = [];

    /// <summary>Own Consumers.</summary>
    public Dictionary<ConsumerId, SessionConsumer> Consumers { get; } = [];

    public Dictionary<PeerId, PeerInfo> Peers { get; } = [];

    /// <summary>The others' Producers, and the Consumer of each; null: none, or it is being created.</summary>
    public Dictionary<ProducerId, ConsumerId?> Offered { get; } = [];

    /// <summary>Offered Producers for which a Consumer is being created, or cannot be.</summary>
    public HashSet<ProducerId> NotToConsume { get; } = [];

    /// <summary>The transport that new Consumers go to: one that the client wants to receive by, and that is not about to be left.</summary>
    public TransportId? ReceivingTransport
    {
        get
        {
            foreach (var (id, transport) in Transports)
            {
                if (transport is { Consuming: true, IsLeaving: false })
                {
                    return id;
                }
            }

            return null;
        }
    }

    /// <summary>Offered Producers that want a Consumer now.</summary>
    public IReadOnlyList<ProducerId> Unconsumed =>
        [.. Offered.Where(pair => pair.Value is null && !NotToConsume.Contains(pair.Key)).Select(pair => pair.Key)];

    public void Withdraw(ProducerId producer)
    {
        Offered.Remove(producer);
        NotToConsume.Remove(producer);
    }

    /// <summary>Forgets a Consumer, so that its Producer may be consumed anew. Null when it was not known.</summary>
    public SessionConsumer? RemoveConsumer(ConsumerId id)
    {
        if (!Consumers.Remove(id, out var consumer))
        {
            return null;
        }

        if (Offered.TryGetValue(consumer.Announcement.ProducerId, out var current) && current == id)
        {
            Offered[consumer.Announcement.ProducerId] = null;
        }

        return consumer;
    }

    /// <summary>What the transport carries is to be had by another one; it goes on until the client has come over.</summary>
    public void Leave(TransportId id)
    {
        if (!Transports.TryGetValue(id, out var transport))
        {
            return;
        }

        Transports[id] = transport with { IsLeaving = true };
        foreach (var consumer in Consumers.Values.Where(consumer => consumer.TransportId == id))
        {
            var producer = consumer.Announcement.ProducerId;
            if (Offered.TryGetValue(producer, out var current) && current == consumer.Announcement.ConsumerId)
            {
                Offered[producer] = null;
            }
        }
    }

    /// <summary>Forgets a transport with what it carried. False when it was not known.</summary>
    public bool RemoveTransport(TransportId id)
    {
        if (!Transports.Remove(id))
        {
            return false;
        }

        foreach (var (producer, _) in Producers.Where(producer => producer.Value.TransportId == id).ToArray())
        {
            Producers.Remove(producer);
            Voices.Remove(producer);
        }

        foreach (var consumer in Consumers.Values.Where(c => c.TransportId == id).ToArray())
        {
            RemoveConsumer(consumer.Announcement.ConsumerId);
        }

        return true;
    }
}
