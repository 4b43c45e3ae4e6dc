using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Routing;

/// <summary>
/// What a Router says to requests about transports, Producers and Consumers: refuses what cannot be, books what is begun, and passes the
/// rest on to the transport, which answers. Does nothing itself.
/// </summary>
internal sealed class MediaRequests(RouterState state, RouterEndings endings, RouterOrtc ortc)
{
    public ImmutableArray<Letter> Decide(ITransportRequest request, IActorRef asker)
    {
        if (state.Transport(request.TransportId) is not { } transport)
        {
            return [Missing(request, "transport", request.TransportId.Value, asker)];
        }

        return request switch
        {
            RouterProtocol.Produce produce => Produce(produce, transport, asker),
            RouterProtocol.Consume consume => Consume(consume, transport, asker),
            RouterProtocol.CloseTransport => [.. endings.OfTransport(request.TransportId), new Letter(transport.Way, request, asker)],
            _ => [new Letter(transport.Way, request, asker)],
        };
    }

    public ImmutableArray<Letter> Decide(IProducerRequest request, IActorRef asker)
    {
        if (state.Producer(request.ProducerId) is not { } producer || state.Transport(producer.TransportId) is not { } transport)
        {
            return [Missing(request, "Producer", request.ProducerId.Value, asker)];
        }

        var passedOn = new Letter(transport.Way, request, asker);
        return request is RouterProtocol.CloseProducer && producer.Open
            ? [.. endings.OfProducer(producer, CloseReason.Requested), passedOn]
            : [passedOn];
    }

    public ImmutableArray<Letter> Decide(IConsumerRequest request, IActorRef asker) =>
        state.Consumer(request.ConsumerId) is { } consumer && state.Transport(consumer.TransportId) is { } transport
            ? [new Letter(transport.Way, request, asker)]
            : [Missing(request, "Consumer", request.ConsumerId.Value, asker)];

    public Letter Decide(RouterProtocol.CanConsume can, IActorRef asker) => new(
        asker,
        new CanConsumeAnswer(
            can.RequestId, state.Producer(can.ProducerId) is { } producer && RouterOrtc.CanConsume(producer.Consumable, can.RtpCapabilities)));

    private ImmutableArray<Letter> Produce(RouterProtocol.Produce produce, TransportEntry transport, IActorRef asker)
    {
        var id = produce.ProducerId ?? ProducerId.New();
        if (state.Producer(id) is not null)
        {
            return [Letter.Refusal(produce, asker, SfuErrorCode.AlreadyExists, $"A Producer {id} exists.")];
        }

        if (!ortc.TryMapProducer(produce.Kind, produce.RtpParameters, state.Capabilities, out var offer, out var error))
        {
            return [Letter.Refusal(produce, asker, error)];
        }

        var record = new ProducerRecord(
            id,
            produce.TransportId,
            transport.Record.PeerId,
            produce.Kind,
            offer.Type,
            offer.Consumable,
            produce.AppData,
            produce.Paused,
            Open: false);
        var add = new BranchProtocol.AddProducer(
            produce.RequestId, state.Id, record, offer.Parameters, offer.Mapping, produce.KeyFrameRequestDelayMs);
        state.PutProducer(record);
        return [new Letter(transport.Way, add, asker)];
    }

    private ImmutableArray<Letter> Consume(RouterProtocol.Consume consume, TransportEntry transport, IActorRef asker)
    {
        var id = consume.ConsumerId ?? ConsumerId.New();
        var capabilities = consume.RtpCapabilities
            ?? (transport.Record.PeerId is { } peer ? state.Peer(peer)?.RtpCapabilities : null);
        if (ConsumerLimits.Check(consume.PreferredLayers, consume.Priority) is { } nonsense)
        {
            return [Letter.Refusal(consume, asker, nonsense)];
        }

        if (state.Consumer(id) is not null)
        {
            return [Letter.Refusal(consume, asker, SfuErrorCode.AlreadyExists, $"A Consumer {id} exists.")];
        }

        if (state.Producer(consume.ProducerId) is not { } producer)
        {
            return [Missing(consume, "Producer", consume.ProducerId.Value, asker)];
        }

        if (transport.Record.Kind == TransportKind.Pipe)
        {
            // It takes what there is.
            capabilities ??= new RtpCapabilities();
        }
        else if (capabilities is null)
        {
            return [Letter.Refusal(consume, asker, SfuErrorCode.InvalidParameters, "Neither the request nor the peer says what it can receive.")];
        }
        else if (!RouterOrtc.CanConsume(producer.Consumable, capabilities))
        {
            return [Letter.Refusal(consume, asker, SfuErrorCode.CannotConsume, $"The client has no codec for Producer {consume.ProducerId}.")];
        }

        var add = new BranchProtocol.AddConsumer(
            consume.RequestId,
            state.Id,
            consume.TransportId,
            id,
            producer,
            capabilities,
            consume.Paused,
            consume.AppData,
            consume.PreferredLayers,
            consume.Priority,
            consume.IgnoreDtx,
            consume.EnableRtx,
            WayFrom(producer, transport));
        state.PutConsumer(ConsumerRecord.OfNew(add));
        return [new Letter(transport.Way, add, asker)];
    }

    /// <summary>Null when the Producer is on the Consumer's node.</summary>
    private IActorRef? WayFrom(ProducerRecord producer, TransportEntry consumer) =>
        state.Transport(producer.TransportId) is { } source && !source.Node.Equals(consumer.Node) ? source.Way : null;

    /// <summary>Closed or never there: who asked before he could hear of the closing is told the difference.</summary>
    private Letter Missing(IRequest request, string noun, string id, IActorRef asker) => state.WasClosed(id)
        ? Letter.Gone(request, asker, $"The {noun} {id} is closed.")
        : Letter.Refusal(request, asker, SfuErrorCode.NotFound, $"No {noun} {id} in Router {state.Id}.");
}
