using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Bridge;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Transports;

/// <summary>
/// One WebRtcTransport: child of its WebRtcServer, twin of a media-plane transport, and the only reporter of what happens to itself and
/// to the Producers and Consumers it carries. Whatever ends it, <see cref="PostStop"/> is the one teardown.
/// </summary>
/// <remarks>
/// <code>
/// opening ── TransportOpened ──▶ open ── Close, CloseTransport, owner or branch gone, media fault, own fault, server stopped ──▶ stopped
///    └────────────────────────────────── the media plane refuses ─────────────────────────────────────────────────────────────────▲
/// </code>
/// </remarks>
internal sealed class WebRtcTransportActor : RequestActor
{
    private readonly TransportSeed _seed;
    private readonly IMediaPlane _media;
    private readonly TransportHandle _handle;
    private readonly TransportState _state = new();
    private PendingRequest? _opening;
    private PendingRequest? _closing;
    private SfuError? _openError;

    public WebRtcTransportActor(TransportSeed seed)
    {
        _seed = seed;
        _media = seed.Media;
        _handle = _media.NewTransportHandle();
        _opening = new PendingRequest(seed.Open.RequestId, seed.Asker);
    }

    private RouterId RouterId => _seed.RouterId;

    private TransportId Id => _seed.TransportId;

    private IActorRef Branch => _seed.Branch;

    public static Props Props(TransportSeed seed) => ActorFactory<WebRtcTransportActor>.Props(() => new WebRtcTransportActor(seed));

    protected override void PreStart()
    {
        if (_seed.Open.Owner is { } owner)
        {
            Context.Watch(owner);
        }

        Context.Watch(Branch);
        Branch.Tell(new TransportCommands.Started(new TransportRecord(Id, _seed.Open.PeerId, _seed.Open.Owner, Open: false), Self));
        _media.OpenTransport(_handle, _seed.Server, _seed.Settings, new TransportBridge(Self));
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case MediaEvents.IMediaEvent mediaEvent:
                OnMediaEvent(mediaEvent);
                break;
            case IRequest request:
                OnRequest(request);
                break;
            case TransportCommands.Close close:
                Close(close.Reason);
                break;
            case TransportCommands.EndConsumersOf end:
                EndConsumersOf(end.ProducerId);
                break;
            case BranchProtocol.ProducerPauseChanged changed:
                OnProducerPauseChanged(changed);
                break;
            case Terminated terminated:
                Close(terminated.ActorRef.Equals(Branch) ? CloseReason.RouterClosed : CloseReason.OwnerClosed);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void OnFault(Exception exception) => _state.TryClose(CloseReason.ControlFault);

    /// <summary>Reports what it carried, then itself; answers whoever still waits. A stop that nobody explained is the server's.</summary>
    protected override void PostStop()
    {
        _state.TryClose(CloseReason.ListenServerClosed);
        var reason = _state.CloseReason!.Value;
        _media.CloseTransport(_handle);
        foreach (var producer in _state.Producers.Where(producer => producer.Record.Open))
        {
            Notify(new SessionEvents.ProducerClosed(RouterId, producer.Record.ProducerId, CloseReason.TransportClosed));
        }

        foreach (var consumer in _state.Consumers.Where(consumer => consumer.Record.Open))
        {
            Notify(new SessionEvents.ConsumerClosed(RouterId, Id, consumer.Id, CloseReason.TransportClosed));
        }

        if (_opening is { } opening)
        {
            _opening = null;
            opening.Asker.Tell(new Rejected(opening.RequestId, _openError ?? Closed(reason)));
        }
        else if (_state.IsOpen)
        {
            Notify(new SessionEvents.TransportClosed(RouterId, Id, reason));
        }

        Branch.Tell(new BranchProtocol.TransportEnded(RouterId, Id, reason));
        foreach (var pending in _state.Pending)
        {
            pending.Asker.Tell(new Rejected(pending.RequestId, Closed(reason)));
        }

        _closing?.Asker.Tell(new Done(_closing.RequestId));
        Log.Info("Transport {TransportId} of Router {RouterId} closed: {Reason}", Id, RouterId, reason);
    }

    private static SfuError Closed(CloseReason reason) => new(SfuErrorCode.Closed, $"The transport closed ({reason}).");

    private void OnRequest(IRequest request)
    {
        switch (request)
        {
            case RouterProtocol.ConnectWebRtcTransport connect:
                if (_state.TryConnect() is { } error)
                {
                    Reject(error);
                    break;
                }

                _media.ConnectTransport(_handle, Expect(connect), connect.DtlsParameters);
                break;
            case RouterProtocol.RestartIce restart:
                _media.RestartIce(_handle, Expect(restart));
                break;
            case RouterProtocol.GetTransportStats stats:
                _media.GetTransportStats(_handle, Expect(stats));
                break;
            case RouterProtocol.CloseTransport close:
                _closing = new PendingRequest(close.RequestId, Sender);
                AnsweredElsewhere();
                Close(CloseReason.Requested);
                break;
            case BranchProtocol.AddProducer add:
                OnAddProducer(add);
                break;
            case TransportCommands.AddConsumer add:
                OnAddConsumer(add);
                break;
            case IProducerRequest producerRequest:
                OnProducerRequest(producerRequest);
                break;
            case IConsumerRequest consumerRequest:
                OnConsumerRequest(consumerRequest);
                break;
            default:
                Reject(SfuErrorCode.Unsupported, $"A transport does not answer {request.GetType().Name}; ask its Router.");
                break;
        }
    }

    private void OnAddProducer(BranchProtocol.AddProducer add)
    {
        var record = add.Producer;
        if (_state.MayProduce(record.ProducerId) is { } error)
        {
            Reject(error);
            if (_state.Producer(record.ProducerId) is null)
            {
                Branch.Tell(new BranchProtocol.ProducerEnded(RouterId, record.ProducerId, CloseReason.Requested));
            }

            return;
        }

        var handle = _media.NewProducerHandle();
        _state.Put(new ProducerState(record, handle));
        var settings = new ProducerSettings(
            record.ProducerId.Value, record.Kind, add.RtpParameters, add.RtpMapping, record.Consumable, record.Paused, add.KeyFrameRequestDelayMs);
        _media.AddProducer(_handle, Expect(add, producer: record.ProducerId), handle, settings);
    }

    private void OnAddConsumer(TransportCommands.AddConsumer message)
    {
        var add = message.Add;
        if (_state.MayConsume(add.ConsumerId) is { } error)
        {
            Reject(error);
            return;
        }

        if (!_seed.Ortc.TryGetConsumerParameters(add.Producer.Consumable, add.RtpCapabilities, _state.NextMid(), out var parameters, out var refusal))
        {
            Reject(refusal);
            Branch.Tell(new BranchProtocol.ConsumerEnded(RouterId, add.ConsumerId));
            return;
        }

        var handle = _media.NewConsumerHandle();
        _state.Put(new ConsumerState(
            new ConsumerRecord(add.ConsumerId, Id, add.Producer.ProducerId, Open: false),
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
        _media.AddConsumer(_handle, Expect(add, consumer: add.ConsumerId), handle, message.Producer, settings);
    }

    private void OnProducerRequest(IProducerRequest request)
    {
        if (_state.Producer(request.ProducerId) is not { Record.Open: true } producer)
        {
            Reject(SfuErrorCode.NotFound, $"No Producer {request.ProducerId} on this transport.");
            return;
        }

        switch (request)
        {
            case RouterProtocol.PauseProducer or RouterProtocol.ResumeProducer:
                var paused = request is RouterProtocol.PauseProducer;
                if (producer.Record.Paused != paused)
                {
                    SetPaused(producer, paused);
                }

                Reply(new Done(request.RequestId));
                break;
            case RouterProtocol.CloseProducer:
                _media.CloseProducer(producer.Handle);
                EndProducer(producer, CloseReason.Requested);
                Reply(new Done(request.RequestId));
                break;
            case RouterProtocol.GetProducerStats:
                _media.GetProducerStats(_handle, Expect(request), producer.Handle);
                break;
            default:
                Reject(SfuErrorCode.Unsupported, $"A Producer does not answer {request.GetType().Name}.");
                break;
        }
    }

    private void OnConsumerRequest(IConsumerRequest request)
    {
        if (_state.Consumer(request.ConsumerId) is not { Record.Open: true } consumer)
        {
            Reject(SfuErrorCode.NotFound, $"No Consumer {request.ConsumerId} on this transport.");
            return;
        }

        switch (request)
        {
            case RouterProtocol.PauseConsumer:
                _media.PauseConsumer(consumer.Handle);
                _state.Put(consumer with { Paused = true });
                break;
            case RouterProtocol.ResumeConsumer:
                _media.ResumeConsumer(consumer.Handle);
                _state.Put(consumer with { Paused = false });
                break;
            case RouterProtocol.RequestConsumerKeyFrame:
                _media.RequestKeyFrame(consumer.Handle);
                break;
            case RouterProtocol.SetConsumerPreferredLayers { Layers: { SpatialLayer: < 0 } or { TemporalLayer: < 0 } }:
                Reject(SfuErrorCode.InvalidParameters, "Layers count from 0.");
                return;
            case RouterProtocol.SetConsumerPreferredLayers preferred:
                _state.Put(consumer with { PreferredLayers = preferred.Layers });
                break;
            case RouterProtocol.SetConsumerPriority { Priority: < 1 or > 255 }:
                Reject(SfuErrorCode.InvalidParameters, "A priority is 1 … 255.");
                return;
            case RouterProtocol.SetConsumerPriority priority:
                _state.Put(consumer with { Priority = priority.Priority });
                break;
            case RouterProtocol.CloseConsumer:
                _media.CloseConsumer(consumer.Handle);
                EndConsumer(consumer, CloseReason.Requested);
                break;
            case RouterProtocol.GetConsumerStats:
                _media.GetConsumerStats(_handle, Expect(request), consumer.Handle);
                return;
            default:
                Reject(SfuErrorCode.Unsupported, $"A Consumer does not answer {request.GetType().Name}.");
                return;
        }

        Reply(new Done(request.RequestId));
    }

    private void OnMediaEvent(MediaEvents.IMediaEvent mediaEvent)
    {
        switch (mediaEvent)
        {
            case MediaEvents.TransportOpened opened:
                OnOpened(opened);
                break;
            case MediaEvents.TransportClosed closed:
                _openError = closed.Error?.ToSfuError();
                Close(CloseReason.MediaFault);
                break;
            case MediaEvents.Connected connected:
                Answer(connected.RequestId, request => new TransportConnected(request.RequestId, connected.LocalRole));
                break;
            case MediaEvents.IceRestarted restarted:
                Answer(restarted.RequestId, request => new IceRestarted(request.RequestId, restarted.IceParameters));
                break;
            case MediaEvents.StatsReady stats:
                Answer(stats.RequestId, request => new Stats(request.RequestId, stats.Stats));
                break;
            case MediaEvents.ProducerAdded added:
                OnProducerAdded(added);
                break;
            case MediaEvents.ConsumerAdded added:
                OnConsumerAdded(added);
                break;
            case MediaEvents.RequestFailed failed:
                OnRequestFailed(failed);
                break;
            case MediaEvents.ProducerClosed closed when _state.Producer(closed.Producer) is { } producer:
                EndProducer(producer, CloseReason.MediaFault);
                break;
            case MediaEvents.ConsumerClosed closed when _state.Consumer(closed.Consumer) is { Record.Open: true } consumer && !OwnClosingIsNear:
                EndConsumer(consumer, closed.Error is null ? CloseReason.ProducerClosed : CloseReason.MediaFault);
                break;
            case MediaEvents.IceStateChanged changed:
                Notify(new SessionEvents.IceStateChanged(RouterId, Id, changed.State));
                break;
            case MediaEvents.DtlsStateChanged changed:
                _state.DtlsState = changed.State;
                Notify(new SessionEvents.DtlsStateChanged(RouterId, Id, changed.State));
                break;
            case MediaEvents.SelectedTupleChanged changed:
                Notify(new SessionEvents.SelectedTupleChanged(RouterId, Id, changed.Tuple is { } tuple ? TupleInfo.From(tuple) : null));
                break;
        }
    }

    private bool OwnClosingIsNear => _seed.ServerClosing.IsRaised || _seed.RouterClosing.IsRaised;

    private void OnOpened(MediaEvents.TransportOpened opened)
    {
        if (_opening is not { } opening)
        {
            return;
        }

        _opening = null;
        _state.Opened();
        Branch.Tell(new BranchProtocol.TransportOpened(RouterId, Id));
        opening.Asker.Tell(new TransportCreated(
            opening.RequestId, Id, Self, opened.IceParameters, opened.IceCandidates, opened.DtlsParameters));
    }

    private void OnProducerAdded(MediaEvents.ProducerAdded added)
    {
        if (_state.Take(added.RequestId) is not { Producer: { } id } request || _state.Producer(id) is not { } producer)
        {
            return;
        }

        producer = producer with { Record = producer.Record with { Open = true } };
        _state.Put(producer);
        Branch.Tell(new TransportCommands.ProducerAdded(producer.Record, producer.Handle));
        request.Asker.Tell(new Produced(request.RequestId, id, producer.Record.Type));
    }

    private void OnConsumerAdded(MediaEvents.ConsumerAdded added)
    {
        if (_state.Take(added.RequestId) is not { Consumer: { } id } request)
        {
            return;
        }

        if (_state.Consumer(id) is not { } consumer)
        {
            request.Asker.Tell(new Rejected(request.RequestId, SfuErrorCode.Closed, "The Producer closed meanwhile."));
            return;
        }

        consumer = consumer with { Record = consumer.Record with { Open = true } };
        _state.Put(consumer);
        Branch.Tell(new BranchProtocol.ConsumerAdded(RouterId, id));
        var producer = consumer.Producer;
        request.Asker.Tell(new Consumed(
            request.RequestId,
            id,
            producer.ProducerId,
            producer.PeerId,
            producer.Kind,
            consumer.Type,
            consumer.RtpParameters,
            consumer.Paused,
            consumer.ProducerPaused,
            producer.AppData));
    }

    private void OnRequestFailed(MediaEvents.RequestFailed failed)
    {
        if (_state.Take(failed.RequestId) is not { } request)
        {
            return;
        }

        if (request.IsConnect)
        {
            _state.ConnectFailed();
        }
        else if (request.Producer is { } producerId)
        {
            _state.RemoveProducer(producerId);
            Branch.Tell(new BranchProtocol.ProducerEnded(RouterId, producerId, CloseReason.Requested));
        }
        else if (request.Consumer is { } consumerId)
        {
            _state.RemoveConsumer(consumerId);
            Branch.Tell(new BranchProtocol.ConsumerEnded(RouterId, consumerId));
        }

        request.Asker.Tell(new Rejected(request.RequestId, failed.Error.ToSfuError()));
    }

    private void SetPaused(ProducerState producer, bool paused)
    {
        if (paused)
        {
            _media.PauseProducer(producer.Handle);
        }
        else
        {
            _media.ResumeProducer(producer.Handle);
        }

        _state.Put(producer with { Record = producer.Record with { Paused = paused } });
        Branch.Tell(new BranchProtocol.ProducerPauseDone(RouterId, producer.Record.ProducerId, paused));
    }

    private void OnProducerPauseChanged(BranchProtocol.ProducerPauseChanged changed)
    {
        foreach (var consumer in _state.ConsumersOf(changed.ProducerId).Where(consumer => consumer.ProducerPaused != changed.Paused))
        {
            _state.Put(consumer with { ProducerPaused = changed.Paused });
            if (consumer.Record.Open)
            {
                Notify(changed.Paused
                    ? new SessionEvents.ConsumerPaused(RouterId, Id, consumer.Id)
                    : new SessionEvents.ConsumerResumed(RouterId, Id, consumer.Id));
            }
        }
    }

    private void EndConsumersOf(ProducerId producerId)
    {
        if (OwnClosingIsNear)
        {
            return;
        }

        foreach (var consumer in _state.ConsumersOf(producerId))
        {
            _media.CloseConsumer(consumer.Handle);
            EndConsumer(consumer, CloseReason.ProducerClosed);
        }
    }

    private void EndProducer(ProducerState producer, CloseReason reason)
    {
        var id = producer.Record.ProducerId;
        _state.RemoveProducer(id);
        Branch.Tell(new BranchProtocol.ProducerEnded(RouterId, id, reason));
        if (producer.Record.Open)
        {
            Notify(new SessionEvents.ProducerClosed(RouterId, id, reason));
        }
    }

    private void EndConsumer(ConsumerState consumer, CloseReason reason)
    {
        _state.RemoveConsumer(consumer.Id);
        Branch.Tell(new BranchProtocol.ConsumerEnded(RouterId, consumer.Id));
        if (consumer.Record.Open)
        {
            Notify(new SessionEvents.ConsumerClosed(RouterId, Id, consumer.Id, reason));
        }
    }

    private void Close(CloseReason reason)
    {
        if (_state.TryClose(reason))
        {
            Context.Stop(Self);
        }
    }

    private long Expect(IRequest request, ProducerId? producer = null, ConsumerId? consumer = null)
    {
        AnsweredElsewhere();
        return _state.Expect(new PendingRequest(
            request.RequestId, Sender, producer, consumer, IsConnect: request is RouterProtocol.ConnectWebRtcTransport));
    }

    private void Answer(long mediaRequestId, Func<PendingRequest, IReply> reply)
    {
        if (_state.Take(mediaRequestId) is { } request)
        {
            request.Asker.Tell(reply(request));
        }
    }

    private void Notify(ISessionEvent sessionEvent) => _seed.Open.Owner?.Tell(sessionEvent);
}
