using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Transports;

/// <summary>
/// The Consumers of one transport: decides what is asked of them, has the media plane follow, and says who is told what, the asker
/// included. Sends nothing itself. Actor only.
/// </summary>
internal sealed class TransportConsumers(
    TransportSeed seed, TransportAudience audience, TransportHandle transport, PendingRequests pending, IConsumerOffers offers)
{
    private readonly Dictionary<ConsumerId, ConsumerState> _consumers = [];
    private readonly Dictionary<ConsumerHandle, ConsumerId> _ids = []; // Scores come often, and a large room has many Consumers.

    public ImmutableArray<Letter> Add(TransportCommands.AddConsumer message, IActorRef asker)
    {
        var add = message.Add;
        if (_consumers.ContainsKey(add.ConsumerId))
        {
            return [Letter.Refusal(message, asker, SfuErrorCode.AlreadyExists, $"A Consumer {add.ConsumerId} exists.")];
        }

        if (!offers.TryOffer(add, out var offer, out var refusal))
        {
            return [Letter.Refusal(message, asker, refusal), Ended(add.ConsumerId)];
        }

        var layers = ConsumerLimits.Clamp(add.PreferredLayers, offer.Type, offer.RtpParameters);
        var settings = offer.Settings(add, layers);
        var handles = settings.Select(_ => seed.Media.NewConsumerHandle()).ToArray();
        var consumer = new ConsumerState(
            ConsumerRecord.OfNew(add),
            handles[0],
            add.Producer,
            offer.Type,
            offer.RtpParameters,
            add.Paused,
            add.Producer.Paused,
            layers,
            add.Priority,
            add.AppData)
        {
            MoreHandles = handles.Length > 1 ? [.. handles[1..]] : default,
        };
        Put(consumer);
        foreach (var handle in handles)
        {
            _ids.Add(handle, add.ConsumerId);
        }

        pending.Begin(
            message,
            asker,
            settings.Length,
            (i, number) => seed.Media.AddConsumer(transport, number, handles[i], message.Producer, settings[i]),
            consumer: add.ConsumerId);
        return [];
    }

    /// <summary>The media plane has it.</summary>
    public ImmutableArray<Letter> Added(PendingRequest request)
    {
        if (request.Consumer is not { } id || !_consumers.TryGetValue(id, out var consumer))
        {
            return [new Letter(request.Asker, new Rejected(request.RequestId, SfuErrorCode.Closed, "The Producer closed meanwhile."))];
        }

        consumer = consumer with { Record = consumer.Record with { Open = true } };
        Put(consumer);
        return
        [
            seed.Report(new BranchProtocol.ConsumerAdded(seed.RouterId, id)),
            new Letter(request.Asker, consumer.Describe(request.RequestId)),
            .. News(consumer).SelectMany(news => audience.Notice(news)),
        ];
    }

    /// <summary>The media plane refused it, or a part of it.</summary>
    public Letter NotAdded(ConsumerId id)
    {
        if (_consumers.TryGetValue(id, out var consumer) && !consumer.MoreHandles.IsDefaultOrEmpty)
        {
            CloseTwins(consumer);
        }

        Remove(id);
        return Ended(id);
    }

    public ImmutableArray<Letter> Decide(IConsumerRequest request, IActorRef asker)
    {
        if (!_consumers.TryGetValue(request.ConsumerId, out var consumer))
        {
            // The Router, which passed it on, knew it.
            return [Letter.Gone(request, asker, $"The Consumer {request.ConsumerId} closed meanwhile.")];
        }

        if (!consumer.Record.Open)
        {
            return [Letter.Refusal(request, asker, SfuErrorCode.NotFound, $"The Consumer {request.ConsumerId} is not there yet.")];
        }

        var done = new Letter(asker, new Done(request.RequestId));
        switch (request)
        {
            case RouterProtocol.PauseConsumer:
                Each(consumer, seed.Media.PauseConsumer);
                Put(consumer with { Paused = true });
                return [done];
            case RouterProtocol.ResumeConsumer:
                Each(consumer, seed.Media.ResumeConsumer);
                Put(consumer with { Paused = false });
                return [done];
            case RouterProtocol.RequestConsumerKeyFrame:
                Each(consumer, seed.Media.RequestKeyFrame);
                return [done];
            case RouterProtocol.SetConsumerPreferredLayers preferred when ConsumerLimits.Check(preferred.Layers, consumer.Priority) is { } error:
                return [Letter.Refusal(request, asker, error)];
            case RouterProtocol.SetConsumerPreferredLayers preferred:
                SetPreferredLayers(consumer, preferred.Layers);
                return [done];
            case RouterProtocol.SetConsumerPriority priority when ConsumerLimits.Check(null, priority.Priority) is { } error:
                return [Letter.Refusal(request, asker, error)];
            case RouterProtocol.SetConsumerPriority priority:
                Each(consumer, handle => seed.Media.SetPriority(handle, priority.Priority));
                Put(consumer with { Priority = priority.Priority });
                return [done];
            case RouterProtocol.EnableConsumerTrace trace when TraceTypes.Check(trace.Types, TraceTypes.OfStreams) is { } error:
                return [Letter.Refusal(request, asker, error)];
            case RouterProtocol.EnableConsumerTrace trace:
                Each(consumer, handle => seed.Media.TraceConsumer(handle, trace.Types));
                Put(consumer with { Quality = consumer.Known with { Traced = trace.Types } });
                return [done];
            case RouterProtocol.CloseConsumer:
                return [.. Close(consumer, CloseReason.Requested), done];
            case RouterProtocol.GetConsumerStats:
                var handles = consumer.Handles;
                pending.Begin(request, asker, handles.Length, (i, number) => seed.Media.GetConsumerStats(transport, number, handles[i]));
                return [];
            default:
                return [Letter.Refusal(request, asker, SfuErrorCode.Unsupported, $"A Consumer does not answer {request.GetType().Name}.")];
        }
    }

    /// <summary>The Producer was paused or resumed: owner and subscribers hear of each Consumer that this concerns.</summary>
    public ImmutableArray<Letter> ProducerPauseChanged(ProducerId producer, bool paused)
    {
        var changed = Of(producer).Where(consumer => consumer.ProducerPaused != paused).ToArray();
        foreach (var consumer in changed)
        {
            Put(consumer with { ProducerPaused = paused });
        }

        return [.. changed.Where(consumer => consumer.Record.Open).SelectMany(consumer => audience.Notice(PauseEvent(consumer.Id, paused)))];
    }

    /// <summary>The Producer is gone, and its Consumers with it.</summary>
    public ImmutableArray<Letter> ProducerGone(ProducerId producer) =>
        seed.IsOwnClosingNear ? [] : [.. Of(producer).SelectMany(consumer => Close(consumer, CloseReason.ProducerClosed))];

    /// <summary>Null when the Consumer is not there.</summary>
    public bool? IsProducerPaused(ConsumerId id) => _consumers.TryGetValue(id, out var consumer) && consumer.Record.Open ? consumer.ProducerPaused : null;

    /// <summary>One that has closed meanwhile is passed over.</summary>
    public ImmutableArray<Letter> Close(ConsumerId id, CloseReason reason) => _consumers.TryGetValue(id, out var consumer) ? Close(consumer, reason) : [];

    /// <summary>The media plane closed it: its Producer is gone there, or it could not go on.</summary>
    public ImmutableArray<Letter> Closed(ConsumerHandle handle, bool fault)
    {
        if (Find(handle) is not { Record.Open: true } consumer || seed.IsOwnClosingNear)
        {
            return [];
        }

        if (!consumer.MoreHandles.IsDefaultOrEmpty)
        {
            CloseTwins(consumer);
        }

        return End(consumer, fault ? CloseReason.MediaFault : CloseReason.ProducerClosed);
    }

    public ImmutableArray<Letter> ScoreChanged(ConsumerHandle handle, ConsumerScore score)
    {
        if (Find(handle) is not { } consumer || consumer.Type == ConsumerType.Pipe || score.Equals(consumer.Known.Score))
        {
            return [];
        }

        Put(consumer with { Quality = consumer.Known with { Score = score } });
        return consumer.Record.Open ? audience.Notice(new SessionEvents.ConsumerScoreChanged(seed.RouterId, seed.TransportId, consumer.Id, score)) : [];
    }

    public ImmutableArray<Letter> LayersChanged(ConsumerHandle handle, ConsumerLayers? layers)
    {
        if (Find(handle) is not { } consumer || consumer.Type == ConsumerType.Pipe || layers == consumer.Known.Layers)
        {
            return [];
        }

        Put(consumer with { Quality = consumer.Known with { Layers = layers } });
        return consumer.Record.Open ? audience.Notice(new SessionEvents.ConsumerLayersChanged(seed.RouterId, seed.TransportId, consumer.Id, layers)) : [];
    }

    public ImmutableArray<Letter> Traced(ConsumerHandle handle, MediaTrace trace) => Find(handle) is { Record.Open: true } consumer
        ? audience.Notice(new SessionEvents.ConsumerTraced(seed.RouterId, seed.TransportId, consumer.Id, trace))
        : [];

    /// <summary>What is known of them, for who has not heard.</summary>
    public IEnumerable<ISessionEvent> State() => _consumers.Values.Where(consumer => consumer.Record.Open).SelectMany(News);

    public ImmutableArray<TransportConsumerDump> Dump() => [.. _consumers.Values.Select(consumer => consumer.Dump())];

    /// <summary>What is told when the transport ends.</summary>
    public IEnumerable<Letter> LastWords() => _consumers.Values
        .Where(consumer => consumer.Record.Open)
        .SelectMany(consumer => audience.Notice(new SessionEvents.ConsumerClosed(seed.RouterId, seed.TransportId, consumer.Id, CloseReason.TransportClosed)));

    private ImmutableArray<Letter> Close(ConsumerState consumer, CloseReason reason)
    {
        CloseTwins(consumer);
        return End(consumer, reason);
    }

    private void CloseTwins(ConsumerState consumer) => Each(consumer, seed.Media.CloseConsumer);

    private static void Each(ConsumerState consumer, Action<ConsumerHandle> command)
    {
        foreach (var handle in consumer.Handles)
        {
            command(handle);
        }
    }

    private ImmutableArray<Letter> End(ConsumerState consumer, CloseReason reason)
    {
        Remove(consumer.Id);
        return consumer.Record.Open
            ? [Ended(consumer.Id), .. audience.Notice(new SessionEvents.ConsumerClosed(seed.RouterId, seed.TransportId, consumer.Id, reason))]
            : [Ended(consumer.Id)];
    }

    /// <summary>A Consumer of one layer has nothing to choose.</summary>
    private void SetPreferredLayers(ConsumerState consumer, ConsumerLayers? wish)
    {
        if (ConsumerLimits.Clamp(wish, consumer.Type, consumer.RtpParameters) is { } layers)
        {
            seed.Media.SetPreferredLayers(consumer.Handle, layers);
            Put(consumer with { PreferredLayers = layers });
        }
    }

    private IEnumerable<ISessionEvent> News(ConsumerState consumer)
    {
        if (consumer.Quality is not { } known)
        {
            yield break;
        }

        if (known.Layers is { } layers)
        {
            yield return new SessionEvents.ConsumerLayersChanged(seed.RouterId, seed.TransportId, consumer.Id, layers);
        }

        if (known.Score is { } score)
        {
            yield return new SessionEvents.ConsumerScoreChanged(seed.RouterId, seed.TransportId, consumer.Id, score);
        }
    }

    private ConsumerState? Find(ConsumerHandle handle) => _ids.TryGetValue(handle, out var id) ? _consumers.GetValueOrDefault(id) : null;

    private void Remove(ConsumerId id)
    {
        if (_consumers.Remove(id, out var consumer))
        {
            Each(consumer, handle => _ids.Remove(handle));
        }
    }

    private void Put(ConsumerState consumer) => _consumers[consumer.Id] = consumer;

    private ConsumerState[] Of(ProducerId producer) => [.. _consumers.Values.Where(consumer => consumer.Record.ProducerId == producer)];

    private ISessionEvent PauseEvent(ConsumerId id, bool paused) => paused
        ? new SessionEvents.ConsumerPaused(seed.RouterId, seed.TransportId, id)
        : new SessionEvents.ConsumerResumed(seed.RouterId, seed.TransportId, id);

    private Letter Ended(ConsumerId id) => seed.Report(new BranchProtocol.ConsumerEnded(seed.RouterId, id));
}
