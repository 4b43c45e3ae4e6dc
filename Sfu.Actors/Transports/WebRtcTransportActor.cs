using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Bridge;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;

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
    private readonly PendingRequests _pending = new();
    private readonly TransportProducers _producers;
    private readonly TransportConsumers _consumers;
    private readonly TransportAudience _audience;
    private readonly PathMailbox _paths;
    private readonly TransportBridge _bridge;
    private PendingRequest? _opening;
    private PendingRequest? _closing;
    private BitrateLimits? _limits;
    private MediaTraceTypes _traced;
    private ICancelable? _report;
    private bool _newsWaits;
    private SfuError? _openError;

    public WebRtcTransportActor(TransportSeed seed)
    {
        _seed = seed;
        _media = seed.Media;
        _handle = _media.NewTransportHandle();
        _audience = new TransportAudience(seed);
        _paths = new PathMailbox(Self);
        _bridge = new TransportBridge(Self, _paths);
        _producers = new TransportProducers(seed, _audience, _handle, _pending);
        _consumers = new TransportConsumers(seed, _audience, _handle, _pending);
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
        _media.OpenTransport(_handle, _seed.Server, _seed.Settings, _bridge);
        if (_seed.MaxIncomingBitrate > 0)
        {
            SetLimits(new BitrateLimits(MaxIncoming: _seed.MaxIncomingBitrate));
        }
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
            case TransportCommands.AskToMove move when _state.IsOpen:
                Notify(new SessionEvents.TransportMustMove(RouterId, Id, (int)move.Within.TotalMilliseconds));
                break;
            case TransportCommands.AskToMove:
                // Its owner does not have it yet. It is closed with the node.
                break;
            case TransportCommands.EndConsumersOf end:
                Send(_consumers.ProducerGone(end.ProducerId));
                break;
            case BranchProtocol.ProducerPauseChanged changed:
                Send(_consumers.ProducerPauseChanged(changed.ProducerId, changed.Paused));
                break;
            case BranchProtocol.MeasureAudioLevels measure:
                _producers.Measure(measure.ProducerId, measure.Measure);
                break;
            case ReportDue when _newsWaits:
                Report();
                break;
            case ReportDue:
                _report = null;
                break;
            case Terminated terminated:
                OnTerminated(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void OnFault(Exception exception) => _state.TryClose(CloseReason.ControlFault);

    /// <summary>
    /// Reports what it carried, then itself; answers whoever still waits. A stop that nobody explained is its server's where that is
    /// ending; otherwise it was killed.
    /// </summary>
    protected override void PostStop()
    {
        _state.TryClose(_seed.ServerClosing.IsRaised ? CloseReason.ListenServerClosed : CloseReason.ControlFault);
        var reason = _state.CloseReason!.Value;
        _bridge.Mute();
        _report?.Cancel();
        _media.CloseTransport(_handle);
        if (_state.IsOpen && _audience.IsListening)
        {
            TellChangedPaths();
            Send([.. _producers.LastWords(), .. _consumers.LastWords(), .. _audience.LastWords()]);
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
        foreach (var pending in _pending.All)
        {
            pending.Asker.Tell(new Rejected(pending.RequestId, Closed(reason)));
        }

        _closing?.Asker.Tell(new Done(_closing.RequestId));
        LogEnd(reason);
    }

    private static SfuError Closed(CloseReason reason) => new(
        reason is CloseReason.ControlFault or CloseReason.MediaFault ? SfuErrorCode.Fault : SfuErrorCode.Closed,
        $"The transport closed ({reason}).");

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

                AskMedia(connect, number => _media.ConnectTransport(_handle, number, connect.DtlsParameters));
                break;
            case RouterProtocol.RestartIce:
                AskMedia(request, number => _media.RestartIce(_handle, number));
                break;
            case RouterProtocol.GetTransportStats:
                AskMedia(request, number => _media.GetTransportStats(_handle, number));
                break;
            case RouterProtocol.SetTransportBitrateLimits set:
                AnswerDone(request, SetLimits(new BitrateLimits(set.MaxIncoming, set.MaxOutgoing, set.MinOutgoing)));
                break;
            case RouterProtocol.EnableTransportTrace trace:
                AnswerDone(request, Trace(trace.Types));
                break;
            case RouterProtocol.DumpTransport:
                Reply(Dump(request.RequestId));
                break;
            case RouterProtocol.SubscribeTransport subscribe:
                OnSubscribe(subscribe);
                break;
            case RouterProtocol.UnsubscribeTransport unsubscribe:
                OnUnsubscribe(unsubscribe);
                break;
            case RouterProtocol.CloseTransport close:
                _closing = new PendingRequest(close.RequestId, Sender);
                AnsweredElsewhere();
                Close(CloseReason.Requested);
                break;
            case BranchProtocol.AddProducer add:
                Answer(_producers.Add(add, Sender, _state.IsConnectRequested));
                break;
            case TransportCommands.AddConsumer add:
                Answer(_consumers.Add(add, Sender));
                break;
            case IProducerRequest about:
                Answer(_producers.Decide(about, Sender));
                break;
            case IConsumerRequest about:
                Answer(_consumers.Decide(about, Sender));
                break;
            default:
                Reject(SfuErrorCode.Unsupported, $"A transport does not answer {request.GetType().Name}; ask its Router.");
                break;
        }
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
                Settle(connected.RequestId, request => [new Letter(request.Asker, new TransportConnected(request.RequestId, connected.LocalRole))]);
                break;
            case MediaEvents.IceRestarted restarted:
                Settle(restarted.RequestId, request => [new Letter(request.Asker, new IceRestarted(request.RequestId, restarted.IceParameters))]);
                break;
            case MediaEvents.StatsReady stats:
                Settle(stats.RequestId, request => [new Letter(request.Asker, new Stats(request.RequestId, stats.Stats))]);
                break;
            case MediaEvents.ProducerAdded added:
                Settle(added.RequestId, _producers.Added);
                break;
            case MediaEvents.ConsumerAdded added:
                Settle(added.RequestId, _consumers.Added);
                break;
            case MediaEvents.RequestFailed failed:
                Settle(failed.RequestId, request => OnRequestFailed(request, failed.Error.ToSfuError()));
                break;
            case MediaEvents.ProducerClosed closed:
                Send(_producers.Closed(closed.Producer));
                break;
            case MediaEvents.ConsumerClosed closed:
                Send(_consumers.Closed(closed.Consumer, fault: closed.Error is not null));
                break;
            case MediaEvents.PathsChanged or MediaEvents.MediaChanged:
                OnNews();
                break;
            case MediaEvents.LevelsMeasured:
                Send(_producers.LevelsMeasured(_bridge.TakeLevels()));
                break;
            case MediaEvents.DtlsStateChanged changed:
                // The path that DTLS came by is told before what came by it.
                if (_newsWaits)
                {
                    Report();
                }

                Notify(new SessionEvents.DtlsStateChanged(RouterId, Id, changed.State));
                break;
        }
    }

    private void OnOpened(MediaEvents.TransportOpened opened)
    {
        if (_opening is not { } opening)
        {
            return;
        }

        _opening = null;
        _state.Opened();
        Branch.Tell(new BranchProtocol.TransportOpened(RouterId, Id));
        Context.Parent.Tell(new TransportCommands.Listening(RouterId));
        opening.Asker.Tell(new TransportCreated(
            opening.RequestId, Id, Self, opened.IceParameters, opened.IceCandidates, opened.DtlsParameters));
    }

    /// <summary>
    /// The first change is told at once, and begins an interval. What changes within it waits where the media thread leaves it, folded,
    /// and is told when the interval is over, which begins the next one.
    /// </summary>
    private void OnNews()
    {
        if (_report is not null)
        {
            _newsWaits = true;
        }
        else
        {
            Report();
        }
    }

    private void Report()
    {
        _newsWaits = false;
        TellChangedPaths();
        TellChangedMedia();
        _report?.Cancel();
        _report = Context.System.Scheduler.ScheduleTellOnceCancelable(_seed.PathReportInterval, Self, ReportDue.Instance, ActorRefs.NoSender);
    }

    private void TellChangedPaths()
    {
        foreach (var news in _paths.Take().Events(RouterId, Id))
        {
            Notify(news);
        }
    }

    private void TellChangedMedia()
    {
        var news = _bridge.TakeMedia();
        foreach (var (producer, scores) in news.ProducerScores)
        {
            Send(_producers.ScoresChanged(producer, scores));
        }

        foreach (var (producer, orientation) in news.Orientations)
        {
            Send(_producers.OrientationChanged(producer, orientation));
        }

        foreach (var (consumer, layers) in news.Layers)
        {
            Send(_consumers.LayersChanged(consumer, layers));
        }

        foreach (var (consumer, score) in news.ConsumerScores)
        {
            Send(_consumers.ScoreChanged(consumer, score));
        }

        foreach (var traced in news.Traces)
        {
            Send(traced switch
            {
                { Producer: { } producer } => _producers.Traced(producer, traced.Trace),
                { Consumer: { } consumer } => _consumers.Traced(consumer, traced.Trace),
                _ => _audience.Notice(new SessionEvents.TransportTraced(RouterId, Id, traced.Trace)),
            });
        }
    }

    /// <summary>Null when it is done.</summary>
    private SfuError? SetLimits(BitrateLimits change)
    {
        if (BitrateRules.TryChange(_limits, change, out var limits, out var error))
        {
            _limits = limits;
            _media.SetBitrateLimits(_handle, change);
        }

        return error;
    }

    /// <summary>Null when it is done.</summary>
    private SfuError? Trace(MediaTraceTypes types)
    {
        var error = TraceTypes.Check(types, TraceTypes.OfTransports);
        if (error is null)
        {
            _traced = types;
            _media.TraceTransport(_handle, types);
        }

        return error;
    }

    private WebRtcTransportDump Dump(long requestId)
    {
        var paths = _audience.Paths;
        return new WebRtcTransportDump(
            requestId,
            Id,
            _seed.Open.PeerId,
            paths.IceState,
            paths.DtlsState,
            paths.SelectedTuple,
            _limits,
            _traced,
            _producers.Dump(),
            _consumers.Dump());
    }

    private void OnSubscribe(RouterProtocol.SubscribeTransport subscribe)
    {
        Context.Watch(subscribe.Subscriber);
        Send([_audience.Subscribe(subscribe.Subscriber)]);
        foreach (var known in _producers.State().Concat(_consumers.State()))
        {
            subscribe.Subscriber.Tell(known, Self);
        }

        Reply(new TransportSubscribed(subscribe.RequestId, Self));
    }

    private void OnUnsubscribe(RouterProtocol.UnsubscribeTransport unsubscribe)
    {
        if (_audience.Unsubscribe(unsubscribe.Subscriber))
        {
            Context.Unwatch(unsubscribe.Subscriber);
        }

        Reply(new Done(unsubscribe.RequestId));
    }

    private void OnTerminated(IActorRef actor)
    {
        if (actor.Equals(Branch))
        {
            Close(CloseReason.RouterClosed);
        }
        else if (actor.Equals(_seed.Open.Owner))
        {
            Close(CloseReason.OwnerClosed);
        }
        else
        {
            _audience.Unsubscribe(actor);
        }
    }

    private ImmutableArray<Letter> OnRequestFailed(PendingRequest request, SfuError error)
    {
        if (request.IsConnect)
        {
            _state.ConnectFailed();
        }

        var refusal = new Letter(request.Asker, new Rejected(request.RequestId, error));
        return request switch
        {
            { Producer: { } producer } => [_producers.NotAdded(producer), refusal],
            { Consumer: { } consumer } => [_consumers.NotAdded(consumer), refusal],
            _ => [refusal],
        };
    }

    /// <summary>The end of a server or Router is said once, there, and not by each of its transports.</summary>
    private void LogEnd(CloseReason reason)
    {
        const string Template = "Transport {TransportId} of Router {RouterId} closed: {Reason}";

        // Asked of the bus: to ask a logger of its own, a transport would have to make one.
        var logged = Context.System.EventStream.LogLevel;
        if (reason is not (CloseReason.RouterClosed or CloseReason.ListenServerClosed or CloseReason.NodeClosed) && logged <= LogLevel.InfoLevel)
        {
            Log.Info(Template, Id, RouterId, reason);
        }
        else if (logged <= LogLevel.DebugLevel)
        {
            Log.Debug(Template, Id, RouterId, reason);
        }
    }

    private void Close(CloseReason reason)
    {
        if (_state.TryClose(reason))
        {
            Context.Stop(Self);
        }
    }

    private void AskMedia(IRequest request, Action<long> ask)
    {
        _pending.Begin(request, Sender, ask);
        AnsweredElsewhere();
    }

    private void AnswerDone(IRequest request, SfuError? error)
    {
        if (error is not null)
        {
            Reject(error);
        }
        else
        {
            Reply(new Done(request.RequestId));
        }
    }

    /// <summary>The answer to the request in hand is among the letters, or pending.</summary>
    private void Answer(ImmutableArray<Letter> letters)
    {
        AnsweredElsewhere();
        Send(letters);
    }

    /// <summary>The media plane answered a request: once, and not after it was given up.</summary>
    private void Settle(long mediaRequestId, Func<PendingRequest, ImmutableArray<Letter>> decide)
    {
        if (_pending.Take(mediaRequestId) is { } request)
        {
            Send(decide(request));
        }
    }

    private void Send(ImmutableArray<Letter> letters)
    {
        foreach (var letter in letters)
        {
            letter.Send(Self);
        }
    }

    private void Notify(ISessionEvent news) => Send(_audience.Notice(news));

    private sealed record ReportDue : INoSerializationVerificationNeeded
    {
        public static readonly ReportDue Instance = new();
    }
}
