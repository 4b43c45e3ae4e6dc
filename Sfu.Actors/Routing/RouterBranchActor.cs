using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Node;
using Sfu.Actors.Pipes;
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
    private readonly RouterId _routerId;
    private readonly IActorRef _firstRouter;
    private readonly IActorRef _region;
    private readonly BranchState _state;
    private readonly ClosingSignal _closingSignal = new();
    private readonly NodeContext _node;
    private BranchPipes _pipes = null!; // These are made when the actor starts: before, it has no timers.
    private RouterLink _router = null!;
    private LevelReports _levels = null!;
    private ConsumerAdmission _admission = null!;
    private readonly StartingTransports _starting = new();
    private bool _closing;
    private bool _released;
    private bool _emptying;

    public RouterBranchActor(
        RouterId routerId, NodeContext node, IActorRef router, RouterSetup setup, ImmutableArray<PeerRecord> peers, IActorRef region)
    {
        _node = node;
        _routerId = routerId;
        _firstRouter = router;
        _region = region;
        _state = new BranchState(setup, peers);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(
        RouterId routerId, NodeContext node, IActorRef router, RouterSetup setup, ImmutableArray<PeerRecord> peers, IActorRef region) =>
        ActorFactory<RouterBranchActor>.Props(() => new RouterBranchActor(routerId, node, router, setup, peers, region));

    /// <summary>An end of a pipe that fails ends alone.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => Supervision.StopAlone;

    protected override void PreStart()
    {
        _pipes = new BranchPipes(_routerId, _node, _state, Context, Timers);
        _router = new RouterLink(_routerId, _firstRouter, _region, _state, Context, Timers);
        _levels = new LevelReports(_routerId, _state, _router, Timers);
        _admission = new ConsumerAdmission(_routerId, _state, _pipes, _router);
        _router.Open();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case BranchCommands.Open open:
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
                _levels.Add(measured);
                break;
            case LevelReports.Due:
                _levels.ReportWaiting();
                break;
            case PipeCommands.Arrived arrived:
                _admission.Arrived(arrived);
                break;
            case PipeCommands.Lost lost:
                _admission.Lost(lost);
                break;
            case PipeCommands.InletEnded ended:
                _admission.Ended(ended.Inlet, ended.Error);
                break;
            case BranchPipes.LingerOver over:
                _pipes.OnLingerOver(over);
                break;
            case IRouterMessage routerMessage:
                OnRouterMessage(routerMessage);
                break;
            case Terminated terminated:
                OnTerminated(terminated.ActorRef);
                break;
            case RouterLink.SearchTick:
                _router.Attach();
                break;
            case BranchCommands.Empty empty:
                OnEmpty(empty);
                break;
            case BranchCommands.Released:
                _released = true;
                StopWhenEmpty();
                break;
            case Server.ServerCommands.Describe:
                Sender.Tell(new BranchCommands.Described(new NodeProtocol.NodeBranchDump(_routerId, _router.IsOrphaned, _state.TransportIds, _pipes.Dump())));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void OnFault(Exception exception) => _closingSignal.Raise();

    private void OnOpen(BranchCommands.Open message)
    {
        var open = message.OpenTransport;
        if (_closing && open.Router.Equals(_router.Router))
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

        if (!open.Router.Equals(_router.Router))
        {
            _router.AttachTo(open.Router);
            _levels.StopMeasuring();
        }

        _starting.Add(open.TransportId);
        message.Parent.Forward(new TransportCommands.CreateTransport(open, Self, _closingSignal));
    }

    private void OnStarted(TransportCommands.Started started)
    {
        _state.Add(started.Transport, started.Actor);
        Context.Watch(started.Actor);
        if (_starting.Started(started.Transport.TransportId) is { } reason)
        {
            started.Actor.Tell(new TransportCommands.Close(reason));
        }
    }

    private void OnRequest(IRequest request)
    {
        switch (request)
        {
            case BranchProtocol.AddConsumer add:
                AnsweredElsewhere();
                _admission.Admit(add, Sender, _closing);
                break;
            case PipeProtocol.OpenPipe when _closing:
                ReplyClosed($"The Router {_routerId} is closing.");
                break;
            case PipeProtocol.OpenPipe open:
                AnsweredElsewhere();
                _pipes.Open(open);
                break;
            case BranchProtocol.AddProducer add:
                _state.Expect(add.Producer);
                ForwardTo(_state.Transport(add.Producer.TransportId), add);
                break;
            case ITransportRequest transportRequest:
                ForwardTo(_state.Transport(transportRequest.TransportId), request);
                break;
            case IProducerRequest producerRequest:
                ForwardTo(_state.TransportOf(producerRequest.ProducerId), request);
                break;
            case IConsumerRequest early when _pipes.IsAwaited(early.ConsumerId):
                Reject(SfuErrorCode.NotFound, $"The Consumer {early.ConsumerId} is not there yet.");
                break;
            case IConsumerRequest consumerRequest:
                ForwardTo(_state.TransportOf(consumerRequest.ConsumerId), request);
                break;
            default:
                Reject(SfuErrorCode.Unsupported, $"A branch does not answer {request.GetType().Name}.");
                break;
        }
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
            case ReconcileProtocol.Reconcile when _closing:
                // The Router's next incarnation means the next branch, as with Open.
                Context.Parent.Forward(message);
                break;
            case ReconcileProtocol.Reconcile reconcile:
                Sender.Tell(_state.Carried(_routerId, Context.Parent, Self, reconcile.Round, _starting.Ids, _pipes.Awaited));
                break;
            case ReconcileProtocol.EndUnknown unknown:
                EndUnknown(unknown);
                break;
            case BranchProtocol.BranchAttached attached:
                if (_router.Follow(attached.Router))
                {
                    _levels.StopMeasuring();
                }

                break;
            case BranchProtocol.RememberPeer remember:
                _state.Remember(remember.Peer);
                break;
            case BranchProtocol.ForgetPeer forget:
                _state.Forget(forget.PeerId);
                break;
            case BranchProtocol.EndTransport end:
                CloseTransport(end.TransportId, end.Reason);
                break;
            case BranchProtocol.ProducerGone gone:
                TellConsumersOf(gone.ProducerId, new TransportCommands.EndConsumersOf(gone.ProducerId));
                _admission.ProducerGone(gone.ProducerId);
                break;
            case BranchProtocol.MeasureAudioLevels measure:
                _levels.Measure(measure);
                break;
            case BranchProtocol.ProducerPauseChanged changed:
                TellConsumersOf(changed.ProducerId, changed);
                _pipes.SetPaused(changed.ProducerId, changed.Paused);
                break;
            case PipeProtocol.WantProducers wanted:
                _pipes.Follow(wanted);
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
            case BranchProtocol.ConsumerEnded ended when _state.Consumer(ended.ConsumerId) is { } consumer:
                _state.Remove(ended.ConsumerId);
                _pipes.Release(consumer.ProducerId);
                break;
            case BranchProtocol.ConsumerEnded:
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
        else if (actor.Path.Parent.Equals(Self.Path))
        {
            // A pipe's end that failed; one that ended has said so before.
            _admission.Ended(actor, new SfuError(SfuErrorCode.Fault, "The pipe to the Producer's node failed."));
        }
        else if (actor.Equals(_router.Router) && !_closing)
        {
            _router.Search();
        }
    }

    private void EndTransport(TransportId id, CloseReason reason)
    {
        if (_router.IsOrphaned)
        {
            EndConsumersElsewhereOf(id);
        }

        foreach (var producer in _state.ProducersOn(id))
        {
            _levels.Forget(producer.ProducerId);
        }

        var consumers = _state.ConsumersOn(id);
        _starting.Forget(id);
        _state.Remove(id);
        foreach (var consumer in consumers)
        {
            _pipes.Release(consumer.ProducerId);
        }

        if (!_closing)
        {
            // The end of the branch says it of all at once.
            _router.Tell(new BranchProtocol.TransportEnded(_routerId, id, reason));
        }

        TellWhenEmptied();
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

    private void BeginClosing(CloseReason reason)
    {
        if (_closing)
        {
            return;
        }

        _closing = true;
        _levels.End();
        _router.StopSearching();
        _closingSignal.Raise();
        Context.Parent.Tell(new BranchCommands.Release(_routerId));
        CloseTransports(reason);
        StopWhenEmpty();
    }

    private void CloseTransports(CloseReason reason)
    {
        var close = new TransportCommands.Close(reason);
        foreach (var transport in _state.Transports)
        {
            transport.Tell(close);
        }

        _starting.EndAll(reason);
    }

    private void CloseTransport(TransportId id, CloseReason reason)
    {
        _starting.End(id, reason);
        _state.Transport(id)?.Tell(new TransportCommands.Close(reason));
    }

    private void EndUnknown(ReconcileProtocol.EndUnknown unknown)
    {
        foreach (var id in unknown.Transports)
        {
            CloseTransport(id, unknown.Reason);
        }

        foreach (var id in unknown.Producers.Where(id => _state.TransportIdOf(id) is { } on && !unknown.Transports.Contains(on)))
        {
            _state.TransportOf(id)?.Tell(new TransportCommands.EndProducer(id, unknown.Reason));
        }

        foreach (var id in unknown.Consumers.Where(id => _state.Consumer(id) is { } consumer && !unknown.Transports.Contains(consumer.TransportId)))
        {
            _state.TransportOf(id)?.Tell(new TransportCommands.EndConsumer(id));
        }

        _admission.EndUnknown(unknown.Consumers);
    }

    private void OnEmpty(BranchCommands.Empty empty)
    {
        _emptying = true;
        if (empty.MoveWithin is { } within)
        {
            foreach (var transport in _state.Transports)
            {
                transport.Tell(new TransportCommands.AskToMove(within));
            }
        }

        TellWhenEmptied();
    }

    private void TellWhenEmptied()
    {
        if (_emptying && _state.IsEmpty && _starting.IsEmpty)
        {
            _emptying = false;
            Context.Parent.Tell(BranchCommands.Emptied.Instance);
        }
    }

    private void StopWhenEmpty()
    {
        if (_closing && _released && _state.IsEmpty && _starting.IsEmpty)
        {
            Context.Stop(Self);
        }
    }
}
