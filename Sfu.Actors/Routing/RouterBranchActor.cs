using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Transports;

namespace Sfu.Actors.Routing;

/// <summary>
/// A Router's hands on this node: watches the Router's local transports, and resolves Producers to this node's media handles. The only
/// watch between nodes is the one between Router and branch.
/// </summary>
/// <remarks>
/// <code>
/// attached ── RouterClosing ─────────────▶ closing ── released by the node, last transport gone ──▶ stopped
///    │  ▲                                     ▲
///    │  └── BranchAttached, Open by another ──┼── orphaned: media flows on, every second "attach me"
///    └───── Terminated(Router) ───────────────┴──────▶ orphaned
/// </code>
/// </remarks>
internal sealed class RouterBranchActor : RequestActor, IWithTimers
{
    private const string LevelTimer = "levels";

    private static readonly TimeSpan _attachInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _levelInterval = TimeSpan.FromMilliseconds(100);

    private readonly RouterId _routerId;
    private readonly IActorRef _region;
    private readonly BranchState _state;
    private readonly ClosingSignal _closingSignal = new();
    private readonly BranchLevels _levels = new();
    private IActorRef _router;
    private readonly Dictionary<TransportId, CloseReason?> _starting = []; // With the reason to end it as soon as it has started.
    private bool _orphaned;
    private bool _closing;
    private bool _released;

    public RouterBranchActor(RouterId routerId, IActorRef router, RouterSetup setup, ImmutableArray<PeerRecord> peers, IActorRef region)
    {
        _routerId = routerId;
        _router = router;
        _region = region;
        _state = new BranchState(setup, peers);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(RouterId routerId, IActorRef router, RouterSetup setup, ImmutableArray<PeerRecord> peers, IActorRef region) =>
        ActorFactory<RouterBranchActor>.Props(() => new RouterBranchActor(routerId, router, setup, peers, region));

    protected override void PreStart()
    {
        Context.Watch(_router);
        _router.Tell(new BranchProtocol.BranchOpened(_routerId, Self, Context.Parent));
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Open open:
                OnOpen(open);
                break;
            case IRequest request:
                OnRequest(request);
                break;
            case TransportCommands.Started started:
                OnStarted(started);
                break;
            case TransportCommands.ProducerAdded added:
                _state.Put(added.Producer, added.Handle);
                _router.Tell(new BranchProtocol.ProducerAdded(_routerId, added.Producer.ProducerId));
                break;
            case TransportCommands.AudioLevelsMeasured measured:
                OnLevels(measured);
                break;
            case LevelReportDue when _levels.Wait:
                ReportLevels();
                break;
            case LevelReportDue:
                break;
            case IRouterMessage routerMessage:
                OnRouterMessage(routerMessage);
                break;
            case Terminated terminated:
                OnTerminated(terminated.ActorRef);
                break;
            case AttachTick:
                Attach();
                break;
            case Released:
                _released = true;
                StopWhenEmpty();
                break;
            case Server.ServerCommands.Describe:
                Sender.Tell(new Described(new NodeProtocol.NodeBranchDump(_routerId, _orphaned, _state.TransportIds)));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void OnFault(Exception exception) => _closingSignal.Raise();

    private void OnOpen(Open message)
    {
        var open = message.OpenTransport;
        if (_closing && open.Router.Equals(_router))
        {
            // Sent before the Router closed, by way of the node: to make it now would leave a transport to a Router that is no more.
            Reject(SfuErrorCode.Closed, $"The Router {_routerId} is closing.");
            _router.Tell(new BranchProtocol.TransportEnded(_routerId, open.TransportId, CloseReason.RouterClosed));
            return;
        }

        AnsweredElsewhere();
        if (_closing)
        {
            // The node has been asked to let go of this branch, and reads that before this message: it makes a new branch.
            Context.Parent.Forward(open);
            return;
        }

        if (!open.Router.Equals(_router))
        {
            Follow(open.Router);
            _router.Tell(new BranchProtocol.AttachBranch(_routerId, Self, Context.Parent, _state.Snapshot));
        }

        _starting.Add(open.TransportId, null);
        message.Parent.Forward(new TransportCommands.CreateTransport(open, Self, _closingSignal));
    }

    private void OnStarted(TransportCommands.Started started)
    {
        _state.Add(started.Transport, started.Actor);
        Context.Watch(started.Actor);
        if (_starting.Remove(started.Transport.TransportId, out var end) && end is { } reason)
        {
            started.Actor.Tell(new TransportCommands.Close(reason));
        }
    }

    private void OnRequest(IRequest request)
    {
        switch (request)
        {
            case BranchProtocol.AddConsumer add:
                OnAddConsumer(add);
                break;
            case BranchProtocol.AddProducer add:
                ForwardTo(_state.Transport(add.Producer.TransportId), add);
                break;
            case ITransportRequest transportRequest:
                ForwardTo(_state.Transport(transportRequest.TransportId), request);
                break;
            case IProducerRequest producerRequest:
                ForwardTo(_state.TransportOf(producerRequest.ProducerId), request);
                break;
            case IConsumerRequest consumerRequest:
                ForwardTo(_state.TransportOf(consumerRequest.ConsumerId), request);
                break;
            default:
                Reject(SfuErrorCode.Unsupported, $"A branch does not answer {request.GetType().Name}.");
                break;
        }
    }

    private void OnAddConsumer(BranchProtocol.AddConsumer add)
    {
        if (!_state.TryGetHandle(add.Producer.ProducerId, out var handle))
        {
            Reject(SfuErrorCode.Closed, $"The Producer {add.Producer.ProducerId} is not on this node any more.");
            _router.Tell(new BranchProtocol.ConsumerEnded(_routerId, add.ConsumerId));
            return;
        }

        if (_state.Transport(add.TransportId) is not { } transport)
        {
            Reject(SfuErrorCode.Closed, "The transport closed meanwhile.");
            return;
        }

        _state.Put(ConsumerRecord.OfNew(add));
        AnsweredElsewhere();
        transport.Forward(new TransportCommands.AddConsumer(add, handle));
    }

    private void ForwardTo(IActorRef? transport, IRequest request)
    {
        if (transport is null)
        {
            ReplyClosed("It closed meanwhile.");
            return;
        }

        AnsweredElsewhere();
        transport.Forward(request);
    }

    private void OnRouterMessage(IRouterMessage message)
    {
        switch (message)
        {
            case BranchProtocol.RouterClosing closing:
                BeginClosing(closing.Reason);
                break;
            case BranchProtocol.BranchAttached attached:
                Follow(attached.Router);
                break;
            case BranchProtocol.RememberPeer remember:
                _state.Remember(remember.Peer);
                break;
            case BranchProtocol.ForgetPeer forget:
                _state.Forget(forget.PeerId);
                break;
            case BranchProtocol.EndTransport end:
                if (_starting.ContainsKey(end.TransportId))
                {
                    _starting[end.TransportId] = end.Reason;
                }

                _state.Transport(end.TransportId)?.Tell(new TransportCommands.Close(end.Reason));
                break;
            case BranchProtocol.ProducerGone gone:
                TellConsumersOf(gone.ProducerId, new TransportCommands.EndConsumersOf(gone.ProducerId));
                break;
            case BranchProtocol.MeasureAudioLevels measure:
                _levels.Measure(measure.ProducerId, measure.Measure);
                _state.TransportOf(measure.ProducerId)?.Tell(measure);
                break;
            case BranchProtocol.ProducerPauseChanged changed:
                TellConsumersOf(changed.ProducerId, changed);
                break;
            default:
                OnTransportReport(message);
                break;
        }
    }

    /// <summary>What a transport reports is booked here and goes on to the Router. Without a Router, the snapshot carries it later.</summary>
    private void OnTransportReport(IRouterMessage report)
    {
        switch (report)
        {
            case BranchProtocol.TransportOpened opened:
                _state.Opened(opened.TransportId);
                break;
            case BranchProtocol.TransportEnded ended:
                EndTransport(ended.TransportId, ended.Reason);
                return;
            case BranchProtocol.ProducerEnded ended:
                _state.Remove(ended.ProducerId);
                _levels.Forget(ended.ProducerId);
                break;
            case BranchProtocol.ProducerPauseDone done:
                _state.SetPaused(done.ProducerId, done.Paused);
                break;
            case BranchProtocol.ConsumerAdded added:
                _state.Opened(added.ConsumerId);
                break;
            case BranchProtocol.ConsumerEnded ended:
                _state.Remove(ended.ConsumerId);
                break;
            default:
                Unhandled(report);
                return;
        }

        _router.Tell(report);
    }

    private void OnTerminated(IActorRef actor)
    {
        if (_state.IdOf(actor) is { } id)
        {
            // Its PostStop has normally said so before, with the reason.
            EndTransport(id, CloseReason.ControlFault);
        }
        else if (actor.Equals(_router) && !_closing)
        {
            _orphaned = true;
            Log.Warning("The Router {RouterId} is lost; its {Transports} transports here go on and look for its next incarnation", _routerId, _state.TransportIds.Length);
            Timers.StartPeriodicTimer("attach", AttachTick.Instance, TimeSpan.Zero, _attachInterval);
        }
    }

    private void EndTransport(TransportId id, CloseReason reason)
    {
        if (_orphaned)
        {
            EndConsumersElsewhereOf(id);
        }

        foreach (var producer in _state.ProducersOn(id))
        {
            _levels.Forget(producer.ProducerId);
        }

        _starting.Remove(id);
        _state.Remove(id);
        if (!_closing)
        {
            // The end of the branch says it of all at once.
            _router.Tell(new BranchProtocol.TransportEnded(_routerId, id, reason));
        }

        StopWhenEmpty();
    }

    /// <summary>While there is no Router, the branch does for its own node what the Router would do for all.</summary>
    private void EndConsumersElsewhereOf(TransportId id)
    {
        foreach (var producer in _state.ProducersOn(id))
        {
            TellConsumersOf(producer.ProducerId, new TransportCommands.EndConsumersOf(producer.ProducerId));
        }
    }

    private void TellConsumersOf(ProducerId id, object message)
    {
        foreach (var transport in _state.TransportsConsuming(id))
        {
            transport.Tell(message);
        }
    }

    private void Attach() => _region.Tell(new BranchProtocol.AttachBranch(_routerId, Self, Context.Parent, _state.Snapshot));

    private void Follow(IActorRef router)
    {
        _orphaned = false;
        Timers.Cancel("attach");
        if (!router.Equals(_router))
        {
            Context.Unwatch(_router);
            _router = router;
            Context.Watch(_router);
            StopMeasuring();
        }
    }

    /// <summary>The observers ended with the former Router.</summary>
    private void StopMeasuring()
    {
        foreach (var producer in _levels.TakeMeasured())
        {
            _state.TransportOf(producer)?.Tell(new BranchProtocol.MeasureAudioLevels(_routerId, producer, Measure: false));
        }
    }

    /// <summary>The first are reported at once, what comes within the next tenth of a second together when it is over.</summary>
    private void OnLevels(TransportCommands.AudioLevelsMeasured measured)
    {
        _levels.Add(measured.Producers);
        if (_levels.Wait && !Timers.IsTimerActive(LevelTimer))
        {
            ReportLevels();
        }
    }

    private void ReportLevels()
    {
        var levels = _levels.Take();
        if (!_orphaned && !_closing)
        {
            _router.Tell(new BranchProtocol.AudioLevelsMeasured(_routerId, levels));
        }

        Timers.StartSingleTimer(LevelTimer, LevelReportDue.Instance, _levelInterval);
    }

    private void BeginClosing(CloseReason reason)
    {
        if (_closing)
        {
            return;
        }

        _closing = true;
        _orphaned = false;
        Timers.Cancel("attach");
        _closingSignal.Raise();
        Context.Parent.Tell(new Release(_routerId));
        var close = new TransportCommands.Close(reason);
        foreach (var transport in _state.Transports)
        {
            transport.Tell(close);
        }

        foreach (var id in _starting.Keys.ToArray())
        {
            _starting[id] = reason;
        }

        StopWhenEmpty();
    }

    private void StopWhenEmpty()
    {
        if (_closing && _released && _state.IsEmpty && _starting.Count == 0)
        {
            Context.Stop(Self);
        }
    }

    /// <summary>Node → branch: have the WebRtcServer, or the node itself, make a transport.</summary>
    internal sealed record Open(BranchProtocol.OpenTransport OpenTransport, IActorRef Parent) : IRequest, INoSerializationVerificationNeeded
    {
        public long RequestId => OpenTransport.RequestId;
    }

    /// <summary>Branch → node: send me nothing more; I end.</summary>
    internal sealed record Release(RouterId RouterId) : INoSerializationVerificationNeeded;

    /// <summary>Node → branch: nothing more comes.</summary>
    internal sealed record Released : INoSerializationVerificationNeeded;

    /// <summary>Branch → whoever asked it to describe itself.</summary>
    internal sealed record Described(NodeProtocol.NodeBranchDump Dump) : INoSerializationVerificationNeeded;

    private sealed record LevelReportDue : INoSerializationVerificationNeeded
    {
        public static readonly LevelReportDue Instance = new();
    }

    private sealed record AttachTick : INoSerializationVerificationNeeded
    {
        public static readonly AttachTick Instance = new();
    }
}
