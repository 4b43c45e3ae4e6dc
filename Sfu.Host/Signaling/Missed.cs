using System.Collections.Immutable;
using Sfu.Actors.Protocol;

namespace Sfu.Host.Signaling;

/// <summary>
/// What a session was never told, because a connection between nodes broke: what is there now, compared with what it knows. As the events
/// that would have come, in an order in which they may be told. Pure.
/// </summary>
internal static class Missed
{
    /// <summary>Of the others in the room: ends first, and who publishes is there before what it publishes.</summary>
    /// <param name="room">The Router.</param>
    /// <param name="known">What the session knows.</param>
    /// <param name="present">What the Router says.</param>
    /// <param name="isWhole">
    /// The Router has known everybody for long. Otherwise it has just begun to go on elsewhere: whom it does not know yet may be there all the same.
    /// </param>
    public static ImmutableArray<ISessionEvent> InRoom(RouterId room, SessionState known, PeerAttached present, bool isWhole)
    {
        var missed = ImmutableArray.CreateBuilder<ISessionEvent>();
        if (isWhole)
        {
            var producers = present.Producers.Select(producer => producer.ProducerId).ToHashSet();
            var peers = present.Peers.Select(peer => peer.PeerId).ToHashSet();
            missed.AddRange(known.Offered.Keys
                .Where(id => !producers.Contains(id))
                .Select(id => new SessionEvents.ProducerClosed(room, id, CloseReason.Requested)));
            missed.AddRange(known.Peers.Keys
                .Where(id => !peers.Contains(id))
                .Select(id => new SessionEvents.PeerLeft(room, id, CloseReason.PeerClosed)));
        }

        foreach (var peer in present.Peers)
        {
            if (!known.Peers.TryGetValue(peer.PeerId, out var former))
            {
                missed.Add(new SessionEvents.PeerJoined(room, peer));
            }
            else if (former != peer)
            {
                missed.Add(new SessionEvents.PeerUpdated(room, peer));
            }
        }

        missed.AddRange(present.Producers
            .Where(producer => !known.Offered.ContainsKey(producer.ProducerId))
            .Select(producer => new SessionEvents.ProducerOpened(room, producer)));
        return missed.DrainToImmutable();
    }

    /// <summary>Of one of the session's own transports.</summary>
    /// <param name="room">The Router.</param>
    /// <param name="known">What the session knows.</param>
    /// <param name="present">What the transport says.</param>
    public static ImmutableArray<ISessionEvent> OnTransport(RouterId room, SessionState known, WebRtcTransportDump present)
    {
        var id = present.TransportId;
        var missed = ImmutableArray.CreateBuilder<ISessionEvent>();
        var producers = present.Producers.ToDictionary(producer => producer.ProducerId);
        var consumers = present.Consumers.ToDictionary(consumer => consumer.ConsumerId);
        foreach (var (producerId, producer) in known.Producers.Where(producer => producer.Value.TransportId == id))
        {
            if (!producers.TryGetValue(producerId, out var now))
            {
                missed.Add(new SessionEvents.ProducerClosed(room, producerId, CloseReason.Requested));
            }
            else if (!now.Score.SequenceEqual(producer.Scores))
            {
                missed.Add(new SessionEvents.ProducerScoresChanged(room, producerId, now.Score));
            }
        }

        foreach (var (consumerId, consumer) in known.Consumers.Where(consumer => consumer.Value.TransportId == id))
        {
            if (consumers.TryGetValue(consumerId, out var now))
            {
                missed.AddRange(OfConsumer(room, consumer, now));
            }
            else
            {
                missed.Add(new SessionEvents.ConsumerClosed(room, id, consumerId, CloseReason.ProducerClosed));
            }
        }

        if (present.MustMoveWithinMs is { } within && known.Transports.TryGetValue(id, out var transport) && !transport.IsLeaving)
        {
            missed.Add(new SessionEvents.TransportMustMove(room, id, within));
        }

        return missed.DrainToImmutable();
    }

    /// <summary>What the transport has made and the session has no answer of. That was sent before, so that it is lost.</summary>
    public static IEnumerable<ProducerId> ProducersOnTransport(SessionState known, WebRtcTransportDump present) => present.Producers
        .Where(producer => !producer.Pending && !known.Producers.ContainsKey(producer.ProducerId))
        .Select(producer => producer.ProducerId);

    /// <summary>As <see cref="ProducersOnTransport"/>.</summary>
    public static IEnumerable<ConsumerId> ConsumersOnTransport(SessionState known, WebRtcTransportDump present) => present.Consumers
        .Where(consumer => !consumer.Pending && !known.Consumers.ContainsKey(consumer.ConsumerId))
        .Select(consumer => consumer.ConsumerId);

    private static IEnumerable<ISessionEvent> OfConsumer(RouterId room, SessionConsumer known, TransportConsumerDump now)
    {
        if (known.Announcement.ProducerPaused != now.ProducerPaused)
        {
            yield return now.ProducerPaused
                ? new SessionEvents.ConsumerPaused(room, known.TransportId, now.ConsumerId)
                : new SessionEvents.ConsumerResumed(room, known.TransportId, now.ConsumerId);
        }

        if (now.Score is { } score && !score.Equals(known.Score))
        {
            yield return new SessionEvents.ConsumerScoreChanged(room, known.TransportId, now.ConsumerId, score);
        }

        if (known.Layers != now.CurrentLayers)
        {
            yield return new SessionEvents.ConsumerLayersChanged(room, known.TransportId, now.ConsumerId, now.CurrentLayers);
        }
    }
}
