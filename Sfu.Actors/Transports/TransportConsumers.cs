using System.Collections.Immutable;
using System.Globalization;
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
internal sealed class TransportConsumers(TransportSeed seed, TransportAudience audience, TransportHandle transport, PendingRequests pending)
{
    private const int MaxMids = 100_000_000; // A MID has at most 8 characters.

    private readonly Dictionary<ConsumerId, ConsumerState> _consumers = [];
    private int _nextMid;

    public ImmutableArray<Letter> Add(TransportCommands.AddConsumer message, IActorRef asker)
    {
        var add = message.Add;
        if (_consumers.ContainsKey(add.ConsumerId))
        {
            return [Letter.Refusal(message, asker, SfuErrorCode.AlreadyExists, $"A Consumer {add.ConsumerId} exists.")];
        }

        if (!seed.Ortc.TryGetConsumerParameters(add.Producer.Consumable, add.RtpCapabilities, NextMid(), out var parameters, out var refusal))
        {
            return [Letter.Refusal(message, asker, refusal), Ended(add.ConsumerId)];
        }

        var handle = seed.Media.NewConsumerHandle();
        Put(new ConsumerState(
            ConsumerRecord.OfNew(add),
            handle,
            add.Producer,
            ConsumerNegotiation.GetConsumerType(add.Producer.Type),
            parameters,
            add.Paused,
            add.Producer.Paused,
            PreferredLayers: null,
            Priority: 1,
            add.AppData));
        var settings = new ConsumerSettings(add.ConsumerId.Value, add.Producer.Kind, parameters, add.Paused);
        pending.Begin(
            message,
            asker,
            number => seed.Media.AddConsumer(transport, number, handle, message.Producer, settings),
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
        ];
    }

    /// <summary>The media plane refused it.</summary>
    public Letter NotAdded(ConsumerId id)
    {
        _consumers.Remove(id);
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
                seed.Media.PauseConsumer(consumer.Handle);
                Put(consumer with { Paused = true });
                return [done];
            case RouterProtocol.ResumeConsumer:
                seed.Media.ResumeConsumer(consumer.Handle);
                Put(consumer with { Paused = false });
                return [done];
            case RouterProtocol.RequestConsumerKeyFrame:
                seed.Media.RequestKeyFrame(consumer.Handle);
                return [done];
            case RouterProtocol.SetConsumerPreferredLayers { Layers: { SpatialLayer: < 0 } or { TemporalLayer: < 0 } }:
                return [Letter.Refusal(request, asker, SfuErrorCode.InvalidParameters, "Layers count from 0.")];
            case RouterProtocol.SetConsumerPreferredLayers preferred:
                Put(consumer with { PreferredLayers = preferred.Layers });
                return [done];
            case RouterProtocol.SetConsumerPriority { Priority: < 1 or > 255 }:
                return [Letter.Refusal(request, asker, SfuErrorCode.InvalidParameters, "A priority is 1 … 255.")];
            case RouterProtocol.SetConsumerPriority priority:
                Put(consumer with { Priority = priority.Priority });
                return [done];
            case RouterProtocol.CloseConsumer:
                return [.. Close(consumer, CloseReason.Requested), done];
            case RouterProtocol.GetConsumerStats:
                pending.Begin(request, asker, number => seed.Media.GetConsumerStats(transport, number, consumer.Handle));
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

    /// <summary>The media plane closed it: its Producer is gone there, or it could not go on.</summary>
    public ImmutableArray<Letter> Closed(ConsumerHandle handle, bool fault)
    {
        var consumer = _consumers.Values.FirstOrDefault(consumer => consumer.Handle == handle);
        return consumer is { Record.Open: true } && !seed.IsOwnClosingNear
            ? End(consumer, fault ? CloseReason.MediaFault : CloseReason.ProducerClosed)
            : [];
    }

    /// <summary>What is told when the transport ends.</summary>
    public IEnumerable<Letter> LastWords() => _consumers.Values
        .Where(consumer => consumer.Record.Open)
        .SelectMany(consumer => audience.Notice(new SessionEvents.ConsumerClosed(seed.RouterId, seed.TransportId, consumer.Id, CloseReason.TransportClosed)));

    private ImmutableArray<Letter> Close(ConsumerState consumer, CloseReason reason)
    {
        seed.Media.CloseConsumer(consumer.Handle);
        return End(consumer, reason);
    }

    private ImmutableArray<Letter> End(ConsumerState consumer, CloseReason reason)
    {
        _consumers.Remove(consumer.Id);
        return consumer.Record.Open
            ? [Ended(consumer.Id), .. audience.Notice(new SessionEvents.ConsumerClosed(seed.RouterId, seed.TransportId, consumer.Id, reason))]
            : [Ended(consumer.Id)];
    }

    private void Put(ConsumerState consumer) => _consumers[consumer.Id] = consumer;

    private ConsumerState[] Of(ProducerId producer) => [.. _consumers.Values.Where(consumer => consumer.Record.ProducerId == producer)];

    private ISessionEvent PauseEvent(ConsumerId id, bool paused) => paused
        ? new SessionEvents.ConsumerPaused(seed.RouterId, seed.TransportId, id)
        : new SessionEvents.ConsumerResumed(seed.RouterId, seed.TransportId, id);

    private Letter Ended(ConsumerId id) => seed.Report(new BranchProtocol.ConsumerEnded(seed.RouterId, id));

    /// <summary>The next MID among the Consumers of this transport. Never reused while the transport lives, short of a hundred million.</summary>
    private string NextMid()
    {
        var mid = _nextMid.ToString(CultureInfo.InvariantCulture);
        _nextMid = (_nextMid + 1) % MaxMids;
        return mid;
    }
}
