using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Bridge;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>
/// What transports of all kinds have in common: twin of a media-plane transport, and the only reporter of what happens to itself and to the
/// Producers and Consumers it carries. Whatever ends it, <see cref="PostStop"/> is the one teardown.
/// </summary>
/// <remarks>
/// <code>
/// opening ── the media twin listens ──▶ open ── Close, CloseTransport, owner or branch gone, media fault, own fault, parent stopped ──▶ stopped
///    └────────────────────────────────── the media plane refuses ─────────────────────────────────────────────────────────────────────────▲
/// </code>
/// </remarks>
internal abstract class TransportActor : RequestActor
{
    private readonly TransportSeed _seed;
    private readonly PendingRequests _pending = new();
    private readonly TransportProducers _producers;
    private readonly TransportConsumers _consumers;
    private readonly TransportAudience _audience;
    private readonly TransportNews _news;
    private readonly TransportControls _controls;
    private PendingRequest? _opening;
    private PendingRequest? _closing;
    private ICancelable? _report;
    private bool _newsWaits;
    private SfuError? _openError;
    private int? _mustMoveWithinMs;

    /// <param name="seed">What it is born with.</param>
    /// <param name="offers">What its Consumers are made of.</param>
    protected TransportActor(TransportSeed seed, IConsumerOffers offers)
    {
        _seed = seed;
        Handle = Media.NewTransportHandle();
        _audience = new TransportAudience(seed);
        var paths = new PathMailbox(Self);
        Bridge = new TransportBridge(Self, paths);
        _producers = new TransportProducers(seed, _audience, Handle, _pending);
        _consumers = new TransportConsumers(seed, _audience, Handle, _pending, offers);
        _news = new TransportNews(seed, _audience, _producers, _consumers, paths, Bridge);
        _controls = new TransportControls(Media, Handle);
        _opening = new PendingRequest(seed.Open.RequestId, seed.Asker);
    }

    protected IMediaPlane Media => _seed.Media;

    /// <summary>The media twin's name.</summary>
    protected TransportHandle Handle { get; }

    /// <summary>What the media twin tells.</summary>
    protected TransportBridge Bridge { get; }

    protected TransportState State { get; } = new();

    protected TransportAudience Audience => _audience;

    protected TransportProducers Producers => _producers;

    protected TransportConsumers Consumers => _consumers;

    protected RouterId RouterId => _seed.RouterId;

    protected TransportId Id => _seed.TransportId;

    protected PeerId? PeerId => _seed.Open.PeerId;

    /// <summary>What its end says where nobody gave a reason and its parent is closing.</summary>
    protected abstract CloseReason ParentClosed { get; }

    /// <summary>Producers may be added now.</summary>
    protected abstract bool MayProduce { get; }

    private IActorRef Branch => _seed.Branch;

    /// <summary>Has the media plane open the twin; it answers with an event that <see cref="OnOwnMediaEvent"/> gets.</summary>
    protected abstract void OpenTwin();

    /// <summary>A request that only transports of this kind answer. False: not even those.</summary>
    protected abstract bool TryAnswer(IRequest request);

    /// <summary>An event that only transports of this kind have.</summary>
    protected abstract void OnOwnMediaEvent(MediaEvents.IMediaEvent mediaEvent);

    protected abstract IDumpTransportReply Dump(long requestId, TransportBooks books);

    protected override void PreStart()
    {
        if (_seed.Open.Owner is { } owner)
        {
            Context.Watch(owner);
        }

        Context.Watch(Branch);
        var record = new TransportRecord(Id, _seed.Open.PeerId, _seed.Open.Owner, Open: false, _seed.Open.Kind);
        Branch.Tell(new TransportCommands.Started(record, Self));
        OpenTwin();
        if (_seed.MaxIncomingBitrate > 0)
        {
            _controls.SetLimits(new BitrateLimits(MaxIncoming: _seed.MaxIncomingBitrate));
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
            case TransportCommands.AskToMove move when State.IsOpen:
                _mustMoveWithinMs = (int)move.Within.TotalMilliseconds;
                Notify(new SessionEvents.TransportMustMove(RouterId, Id, _mustMoveWithinMs.Value));
                break;
            case TransportCommands.AskToMove:
                // Its owner does not have it yet. It is closed with the node.
                break;
            case TransportCommands.EndConsumersOf end:
                Send(_consumers.ProducerGone(end.ProducerId));
                break;
            case TransportCommands.EndProducer end:
                Send(_producers.Close(end.ProducerId, end.Reason));
                break;
            case TransportCommands.EndConsumer end:
                Send(_consumers.Close(end.ConsumerId, CloseReason.ProducerClosed));
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

    protected override void OnFault(Exception exception) => State.TryClose(CloseReason.ControlFault);

    /// <summary>
    /// Reports what it carried, then itself; answers whoever still waits. A stop that nobody explained is its parent's where that is
    /// ending; otherwise it was killed.
    /// </summary>
    protected override void PostStop()
    {
        State.TryClose(_seed.ParentClosing.IsRaised ? ParentClosed : CloseReason.ControlFault);
        var reason = State.CloseReason!.Value;
        Bridge.Mute();
        _report?.Cancel();
        Media.CloseTransport(Handle);
        var isNews = reason != CloseReason.NodeLost;
        if (State.IsOpen && isNews && _audience.IsListening)
        {
            Send([.. _news.TakePaths(), .. _producers.LastWords(), .. _consumers.LastWords(), .. _audience.LastWords()]);
        }

        if (_opening is { } opening)
        {
            _opening = null;
            opening.Asker.Tell(new Rejected(opening.RequestId, _openError ?? Closed(reason)));
        }
        else if (State.IsOpen && isNews)
        {
            Notify(new SessionEvents.TransportClosed(RouterId, Id, reason));
        }

        Branch.Tell(new BranchProtocol.TransportEnded(RouterId, Id, reason));
        foreach (var pending in _pending.All)
        {
            pending.Asker.Tell(new Rejected(pending.RequestId, Closed(reason)));
        }

        _closing?.Asker.Tell(new Done(_closing.RequestId));
        TransportLog.Ended(Context.System.EventStream, () => Log, RouterId, Id, reason);
    }

    private static SfuError Closed(CloseReason reason) => new(
        reason is CloseReason.ControlFault or CloseReason.MediaFault ? SfuErrorCode.Fault : SfuErrorCode.Closed,
        $"The transport closed ({reason}).");

    private void OnRequest(IRequest request)
    {
        switch (request)
        {
            case RouterProtocol.GetTransportStats:
                AskMedia(request, number => Media.GetTransportStats(Handle, number));
                break;
            case RouterProtocol.SetTransportBitrateLimits set:
                AnswerDone(request, _controls.SetLimits(new BitrateLimits(set.MaxIncoming, set.MaxOutgoing, set.MinOutgoing)));
                break;
            case RouterProtocol.EnableTransportTrace trace:
                AnswerDone(request, _controls.Trace(trace.Types));
                break;
            case RouterProtocol.DumpTransport:
                Reply(Dump(request.RequestId, new TransportBooks(_controls.Limits, _controls.Traced, _producers.Dump(), _consumers.Dump(), _mustMoveWithinMs)));
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
                Answer(_producers.Add(add, Sender, MayProduce));
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
            case var own when TryAnswer(own):
                break;
            default:
                Reject(SfuErrorCode.Unsupported, $"A transport of this kind does not answer {request.GetType().Name}; ask its Router.");
                break;
        }
    }

    private void OnMediaEvent(MediaEvents.IMediaEvent mediaEvent)
    {
        switch (mediaEvent)
        {
            case MediaEvents.TransportClosed closed:
                _openError = closed.Error?.ToSfuError();
                Close(CloseReason.MediaFault);
                break;
            case MediaEvents.StatsReady stats:
                if (_pending.Take(stats.RequestId, stats.Stats, out var whole) is { } waiting)
                {
                    waiting.Asker.Tell(new Stats(waiting.RequestId, [.. whole.Select(WithId)]));
                }

                break;
            case MediaEvents.ProducerAdded added:
                Settle(added.RequestId, _producers.Added);
                break;
            case MediaEvents.ConsumerAdded added:
                Settle(added.RequestId, _consumers.Added);
                break;
            case MediaEvents.RequestFailed failed when _pending.TakeFailed(failed.RequestId) is { } refused:
                Send(OnRequestFailed(refused, failed.Error.ToSfuError()));
                break;
            case MediaEvents.RequestFailed:
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
                Send(_producers.LevelsMeasured(Bridge.TakeLevels()));
                break;
            default:
                OnOwnMediaEvent(mediaEvent);
                break;
        }
    }

    private MediaStats WithId(MediaStats stats) => stats is TransportStats own ? own with { TransportId = Id.Value } : stats;

    /// <summary>The media twin listens.</summary>
    /// <param name="answer">To the request that made the transport.</param>
    /// <returns>False when that was answered before.</returns>
    protected bool Opened(Func<long, IReply> answer)
    {
        if (_opening is not { } opening)
        {
            return false;
        }

        _opening = null;
        State.Opened();
        Branch.Tell(new BranchProtocol.TransportOpened(RouterId, Id));
        opening.Asker.Tell(answer(opening.RequestId));
        return true;
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

    /// <summary>What waits of news is told before what came by it.</summary>
    protected void ReportWaiting()
    {
        if (_newsWaits)
        {
            Report();
        }
    }

    private void Report()
    {
        _newsWaits = false;
        Send(_news.TakePaths());
        Send(_news.TakeMedia());
        _report?.Cancel();
        _report = Context.System.Scheduler.ScheduleTellOnceCancelable(_seed.PathReportInterval, Self, ReportDue.Instance, ActorRefs.NoSender);
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

    protected virtual void OnTerminated(IActorRef actor)
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
            State.ConnectFailed();
        }

        var refusal = new Letter(request.Asker, new Rejected(request.RequestId, error));
        return request switch
        {
            { Producer: { } producer } => [_producers.NotAdded(producer), refusal],
            { Consumer: { } consumer } => [_consumers.NotAdded(consumer), refusal],
            _ => [refusal],
        };
    }

    protected void Close(CloseReason reason)
    {
        if (State.TryClose(reason))
        {
            Context.Stop(Self);
        }
    }

    /// <summary>Once, or again when the media plane refused the parameters.</summary>
    protected void Connect(IRequest connect, Action<long> ask)
    {
        if (State.TryConnect() is { } error)
        {
            Reject(error);
        }
        else
        {
            AskMedia(connect, ask);
        }
    }

    protected void AskMedia(IRequest request, Action<long> ask)
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
    protected void Settle(long mediaRequestId, Func<PendingRequest, ImmutableArray<Letter>> decide)
    {
        if (_pending.Take(mediaRequestId) is { } request)
        {
            Send(decide(request));
        }
    }

    protected void Send(ImmutableArray<Letter> letters)
    {
        foreach (var letter in letters)
        {
            letter.Send(Self);
        }
    }

    protected void Notify(ISessionEvent news) => Send(_audience.Notice(news));

    private sealed record ReportDue : INoSerializationVerificationNeeded
    {
        public static readonly ReportDue Instance = new();
    }
}
