using Sfu.Actors.Protocol;

namespace Sfu.Host.Signaling;

/// <summary>What a session knows of its own objects and of the others in the room. Actor only.</summary>
internal sealed class SessionState
{
    /// <summary>Own transports, and whether the client wants to receive by them.</summary>
    public Dictionary<TransportId, bool> Transports { get; } = [];

    /// <summary>Own Producers.</summary>
    public HashSet<ProducerId> Producers { get; } = [];

    /// <summary>Those of them that may be heard speaking; one that has closed may still be among them.</summary>
    public HashSet<ProducerId> Voices { get; } = [];

    /// <summary>Own Consumers.</summary>
    public Dictionary<ConsumerId, SessionConsumer> Consumers { get; } = [];

    public Dictionary<PeerId, PeerInfo> Peers { get; } = [];

    /// <summary>The others' Producers, and the Consumer of each; null: none, or it is being created.</summary>
    public Dictionary<ProducerId, ConsumerId?> Offered { get; } = [];

    /// <summary>Offered Producers for which a Consumer is being created, or cannot be.</summary>
    public HashSet<ProducerId> NotToConsume { get; } = [];

    /// <summary>The transport that Consumers go to: the first that the client wants to receive by.</summary>
    public TransportId? ReceivingTransport
    {
        get
        {
            foreach (var (id, consuming) in Transports)
            {
                if (consuming)
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

    /// <summary>Forgets a transport and the Consumers it carried.</summary>
    public void RemoveTransport(TransportId id)
    {
        Transports.Remove(id);
        foreach (var consumer in Consumers.Values.Where(c => c.TransportId == id).ToArray())
        {
            RemoveConsumer(consumer.Announcement.ConsumerId);
        }
    }

    public void LeaveRoom()
    {
        Peers.Clear();
        Offered.Clear();
        NotToConsume.Clear();
    }
}
