using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Sharding;
using Akka.Event;
using Akka.Remote;
using Sfu.Actors.Cluster;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Routing;

/// <summary>
/// A Router: control plane only, one in the whole cluster (sharding entity, id = Router id). Knows its peers and what exists, decides by
/// ORTC what fits, and sends the work to its branches on the nodes that carry its transports; answers come from there.
/// </summary>
/// <remarks>
/// <code>
/// unborn ── first use, CreateRouter, AttachBranch ──▶ serving ── CloseRouter, abandoned ──▶ closing ── last branch gone ──▶ leaving ──▶ stopped
///                                                        └── hand-off, own fault: stops at once; its branches look for the next incarnation
/// </code>
/// </remarks>
internal sealed class RouterActor : RequestActor, IWithTimers
{
    private static readonly TimeSpan _reconcileInterval = TimeSpan.FromMilliseconds(500);

    private readonly RouterId _id;
    private readonly NodeContext _node;
    private readonly RouterState _state;
    private readonly RouterEndings _endings;
    private readonly PeerMembership _membership;
    private readonly MediaRequests _mediaRequests;
    private readonly BranchReports _reports;
    private readonly Reconciliation _reconciliation;
    private readonly RouterPipes _pipes;
    private readonly TransportCreation _creation;
    private readonly LateRequests _late;
    private readonly EarlyRequests _early;
    private bool _wasToClose; // Before it knew of anything.

    public RouterActor(RouterId id, NodeContext node, IPlacement placement)
    {
        _id = id;
        _node = node;
        _state = new RouterState(id);
        _endings = new RouterEndings(_state);
        _membership = new PeerMembership(_state, _endings, node.FormerPeers);
        _mediaRequests = new MediaRequests(_state, _endings, node.Ortc);
        _reports = new BranchReports(_state, _endings);
        _reconciliation = new Reconciliation(_state, _endings, _reports);
        _pipes = new RouterPipes(_state);
        _creation = new TransportCreation(_state, placement);
        _late = new LateRequests(id);
        _early = new EarlyRequests(_state, Context.System.Scheduler.MonotonicClock + node.Options.RouterGathering);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(RouterId id, NodeContext node, IPlacement placement) =>
        ActorFactory<RouterActor>.Props(() => new RouterActor(id, node, placement));

    protected override void PreStart()
    {
        LingerWhenAbandoned();
        MemberNews.Get(Context.System).TellTo(Self);
    }

    /// <summary>An observer that fails ends alone.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => Supervision.StopAlone;

    /// <summary>A Router that throws stops rather than restarts: its branches keep the media and bring it back from their snapshots.</summary>
    protected override bool AroundReceive(Receive receive, object message)
    {
        try
        {
            return base.AroundReceive(receive, message);
        }
#pragma warning disable CA1031 // Whatever it was: the state is not to be trusted any more.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.Error(exception, "Router {RouterId} failed; its branches bring it back", _id);
            Context.Stop(Self);
            return true;
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case RouterHandOff:
                Context.Stop(Self);
                break;
            case IRouterMessage and IRequest request when _state.IsClosing:
                Answer(_late.Decide(request, Sender, Context.Parent));
                break;
            case IRequest early when _early.TryAdd(early, Sender, Context.System.Scheduler.MonotonicClock, out var left):
                AnsweredElsewhere();
                Timers.StartSingleTimer(Alarm.GatheringOver, Alarm.GatheringOver, left);
                break;
            case IRequest request:
                OnRequest(request);
                break;
            case IRouterMessage report:
                OnBranchReport(report);
                break;
            case Terminated terminated:
                OnTerminated(terminated);
                break;
            case ClusterEvent.UnreachableMember unreachable:
                OnUnreachable(unreachable.Member.Address);
                break;
            case ClusterEvent.ReachableMember reachable:
                Reconcile(_reconciliation.TakeBack(reachable.Member.Address));
                break;
            case DisassociatedEvent broken:
                Reconcile(_reconciliation.Begin(broken.RemoteAddress));
                break;
            case Alarm alarm:
                OnAlarm(alarm);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void OnFault(Exception exception)
    {
    }

    protected override void PostStop()
    {
        var unknown = _early.Take(all: true).Select(one => Letter.Refusal(one.Request, one.Asker, SfuErrorCode.Unavailable, $"The Router {_id} goes on elsewhere."));
        foreach (var letter in _late.End().Concat(unknown))
        {
            letter.Send(Self);
        }

        if (_state.Setup is not null)
        {
            Context.System.EventStream.Publish(new RouterNews.Ended(_id, _state.IsClosing));
        }
    }

    private void OnRequest(IRequest request)
    {
        switch (request)
        {
            case ObserverProtocol.CreateAudioLevelObserver create:
                Answer(_state.Observers.Create(create, Sender, Context));
                break;
            case ObserverProtocol.CreateActiveSpeakerObserver create:
                Answer(_state.Observers.Create(create, Sender, Context));
                break;
            case RouterProtocol.CreateWebRtcTransport or RouterProtocol.CreatePlainTransport or RouterProtocol.CreatePipeTransport:
                OnCreateTransport(request);
                break;
            case PeerProtocol.AttachPeer attach when _membership.HasMissedTheEnd(attach):
                Answer(_membership.Close(attach, Sender));
                break;
            case PeerProtocol.AttachPeer attach:
                OnAttachPeer(attach);
                break;
            case RouterProtocol.GetRouterRtpCapabilities:
                BeginByUse();
                Reply(new RouterRtpCapabilities(request.RequestId, _state.Capabilities));
                break;
            case RouterProtocol.CreateRouter create:
                OnCreateRouter(create);
                break;
            case RouterProtocol.DumpRouter dump:
                Reply(_state.Dump(dump.RequestId));
                break;
            case RouterProtocol.CloseRouter when _state.Setup is null:
                // Its branches may not have found it yet.
                _wasToClose = true;
                Reject(SfuErrorCode.NotFound, $"No Router {_id}.");
                break;
            case RouterProtocol.CloseRouter close:
                AnsweredElsewhere();
                _late.AwaitEnd(new PendingRequest(close.RequestId, Sender));
                BeginClosing(CloseReason.Requested);
                break;
            default:
                Answer(Decide(request, Sender));
                break;
        }
    }

    private void AnswerEarly(bool all)
    {
        foreach (var (request, asker) in _early.Take(all))
        {
            Send(Decide(request, asker));
        }
    }

    /// <summary>What is asked about somebody or something that the Router has, or should have.</summary>
    private ImmutableArray<Letter> Decide(IRequest request, IActorRef asker) => request switch
    {
        ITransportRequest about => _mediaRequests.Decide(about, asker),
        IProducerRequest about => _mediaRequests.Decide(about, asker),
        IConsumerRequest about => _mediaRequests.Decide(about, asker),
        IObserverRequest about => _state.Observers.Decide(about, asker),
        RouterProtocol.CanConsume can => [_mediaRequests.Decide(can, asker)],
        RouterProtocol.PipeToRouter pipe => _pipes.Decide(pipe, asker, Context),
        PeerProtocol.UpdatePeer update => _membership.Update(update, asker),
        PeerProtocol.DetachPeer detach => Detach(detach, asker),
        _ => [Letter.Refusal(request, asker, SfuErrorCode.Unsupported, $"A Router does not answer {request.GetType().Name}.")],
    };

    private void OnCreateRouter(RouterProtocol.CreateRouter create)
    {
        if (_state.Setup is not null)
        {
            Reject(SfuErrorCode.AlreadyExists, $"The Router {_id} exists.");
        }
        else if (!_state.TryBegin(new RouterSetup(create.MediaCodecs, Explicit: true, create.AppData), _node.Ortc, out var error))
        {
            Reject(error);
        }
        else
        {
            _wasToClose = false;
            Timers.Cancel(Alarm.LingerOver);
            Context.System.EventStream.Publish(new RouterNews.Began(_id));
            Reply(new RouterCreated(create.RequestId, _id, _state.Capabilities));
        }
    }

    private void BeginByUse()
    {
        if (_state.Setup is null)
        {
            _wasToClose = false;
            Begin(new RouterSetup(DefaultMediaCodecs.Value, Explicit: false, JsonText.EmptyObject));
        }

        LingerWhenAbandoned();
    }

    private void Begin(RouterSetup setup)
    {
        if (!_state.TryBegin(setup, _node.Ortc, out var error))
        {
            throw new InvalidOperationException($"Codecs that were accepted before are not now: {error.Reason}");
        }

        Context.System.EventStream.Publish(new RouterNews.Began(_id));
    }

    private void OnCreateTransport(IRequest create)
    {
        BeginByUse();
        Answer(_creation.Decide(create, Sender, Context));
        if (!_state.IsAbandoned)
        {
            Timers.Cancel(Alarm.LingerOver);
        }
    }

    private void OnAttachPeer(PeerProtocol.AttachPeer attach)
    {
        BeginByUse();
        var former = _state.Peer(attach.PeerId)?.Session;
        Answer(_membership.Attach(attach, Sender));
        Timers.Cancel(Alarm.LingerOver);
        if (_state.IsPeer(attach.Session))
        {
            Context.Watch(attach.Session);
        }

        UnwatchUnlessPeer(former);
    }

    private ImmutableArray<Letter> Detach(PeerProtocol.DetachPeer detach, IActorRef asker)
    {
        var former = _state.Peer(detach.PeerId)?.Session;
        var letters = _membership.Detach(detach, asker);
        UnwatchUnlessPeer(former);
        return letters;
    }

    private void UnwatchUnlessPeer(IActorRef? session)
    {
        if (session is not null && !_state.IsPeer(session))
        {
            Context.Unwatch(session);
        }
    }

    private void OnBranchReport(IRouterMessage report)
    {
        switch (report)
        {
            case BranchProtocol.BranchOpened opened:
                AddBranch(opened.Branch, opened.Node);
                break;
            case BranchProtocol.AttachBranch attach:
                OnAttachBranch(attach);
                break;
            case ReconcileProtocol.Carries carries:
                OnCarries(carries);
                break;
            case BranchProtocol.AudioLevelsMeasured measured:
                foreach (var letter in _state.Observers.Hear(measured))
                {
                    letter.Send(Self);
                }

                break;
            case BranchProtocol.TransportEnded:
                Send(_reports.Book(report));
                LingerWhenAbandoned();
                LeaveWhenAlone();
                break;
            default:
                Send(_reports.Book(report));
                break;
        }
    }

    private void OnAttachBranch(BranchProtocol.AttachBranch attach)
    {
        AddBranch(attach.Branch, attach.Node);
        if (_state.IsClosing)
        {
            return;
        }

        if (_state.Setup is not { Explicit: true })
        {
            Begin(attach.Snapshot.Setup);
        }

        Timers.Cancel(Alarm.LingerOver);
        var (peers, producers) = _state.Adopt(attach.Node, attach.Branch, attach.Snapshot);
        _pipes.Adopted(Context.System.Scheduler.MonotonicClock);
        attach.Branch.Tell(new BranchProtocol.BranchAttached(_id, Self));
        foreach (var peer in peers)
        {
            Context.Watch(peer.Session);
        }

        Send(_membership.Introduce(peers, producers));
        AnswerEarly(all: false);

        if (_wasToClose)
        {
            BeginClosing(CloseReason.Requested);
            return;
        }

        // What the former incarnation had only begun is not in the snapshot, and nobody knows of it.
        Reconcile(_reconciliation.Begin(attach.Node));
        Log.Info("Router {RouterId} took back {Transports} transports of {Branch}", _id, attach.Snapshot.Transports.Length, attach.Branch.Path);
        LingerWhenAbandoned();
    }

    /// <summary>Asked again until it is answered: right after it has broken a connection swallows what is sent.</summary>
    private void Reconcile(ImmutableArray<Letter> questions)
    {
        if (!questions.IsEmpty)
        {
            Send(questions);
            Timers.StartSingleTimer(Alarm.ReconcileDue, Alarm.ReconcileDue, _reconcileInterval);
        }
    }

    private void OnCarries(ReconcileProtocol.Carries carries)
    {
        if (carries.Branch is { } branch)
        {
            AddBranch(branch, carries.Node);
        }

        Send(_reconciliation.Settle(carries));
        LeaveWhenAlone();
    }

    private void AddBranch(IActorRef branch, IActorRef node)
    {
        if (_state.Branches.Add(branch, node))
        {
            Context.Watch(branch);
        }

        _state.SetBranch(node, branch);
        Context.Unwatch(node);

        if (_state.IsClosing)
        {
            _endings.OfRouterAt(branch, _state.Branches.IsGivenUp(node)).Send(Self);
        }
    }

    private void OnTerminated(Terminated terminated)
    {
        if (_state.Branches.Remove(terminated.ActorRef))
        {
            Send(_endings.OfBranch(terminated.ActorRef, terminated.AddressTerminated));
            LeaveWhenAlone();
        }
        else if (_state.Branches.EndWaitFor(terminated.ActorRef))
        {
            Send(_endings.OfUnplaced(terminated.ActorRef));
            LeaveWhenAlone();
        }
        else if (!_pipes.Remove(terminated.ActorRef))
        {
            Send([.. _state.Observers.Lose(terminated.ActorRef), .. _membership.Lose(terminated.ActorRef)]);
        }
    }

    /// <summary>
    /// Sessions get a new place before the membership has made up its mind about the node, which takes longer. Should the node be back,
    /// it is told to end what everybody takes for lost.
    /// </summary>
    private void OnUnreachable(Address address)
    {
        foreach (var node in _state.Branches.NodesAt(address))
        {
            if (!_state.IsClosing && _state.Branches.GiveUp(node))
            {
                Log.Warning("The node {Node} does not answer: Router {RouterId} gives up its transports there", address, _id);
                Send(_endings.OfNode(node));
            }
        }
    }

    private void BeginClosing(CloseReason reason)
    {
        _state.BeginClosing();
        Log.Info("Router {RouterId} closes: {Reason}", _id, reason);
        Timers.Cancel(Alarm.LingerOver);
        foreach (var observer in _state.Observers.Actors)
        {
            Context.Stop(observer);
        }

        _membership.Remember();
        Send(_endings.OfRouter(reason));
        Send([.. _early.Take(all: true).SelectMany(one => _late.Decide(one.Request, one.Asker, Context.Parent))]);
        LeaveWhenAlone();
    }

    /// <summary>Sharding keeps what arrives from now on for the next incarnation; what is in the mailbox already goes back to it.</summary>
    private void LeaveWhenAlone()
    {
        if (_state.IsClosing && !_late.IsLeaving && _state.Branches.AreGone)
        {
            Context.Parent.Tell(new Passivate(RouterHandOff.Instance));
            Send(_late.Leave());
        }
    }

    private void OnAlarm(Alarm alarm)
    {
        if (alarm == Alarm.GatheringOver)
        {
            AnswerEarly(all: true);
        }
        else if (alarm == Alarm.ReconcileDue)
        {
            Reconcile(_reconciliation.Again());
        }
        else if (_state.IsAbandoned)
        {
            _late.IsIdle = true;
            BeginClosing(CloseReason.Requested);
        }
    }

    /// <summary>Counts from the last use.</summary>
    private void LingerWhenAbandoned()
    {
        if (_state.IsAbandoned)
        {
            Timers.StartSingleTimer(Alarm.LingerOver, Alarm.LingerOver, _node.Options.EmptyRouterLinger);
        }
    }

    /// <summary>The answer to the request in hand is among the letters, or comes from who gets one of them.</summary>
    private void Answer(ImmutableArray<Letter> letters)
    {
        AnsweredElsewhere();
        Send(letters);
    }

    /// <summary>Carries out a decision, which may have taken away the last peer or transport.</summary>
    private void Send(ImmutableArray<Letter> letters)
    {
        foreach (var letter in letters)
        {
            letter.Send(Self);
        }

        if (!Timers.IsTimerActive(Alarm.LingerOver))
        {
            LingerWhenAbandoned();
        }
    }

    /// <summary>It is time for something. Timers have it as key and as message.</summary>
    private sealed record Alarm(string Of) : INoSerializationVerificationNeeded
    {
        public static readonly Alarm ReconcileDue = new("reconcile");
        public static readonly Alarm LingerOver = new("linger");
        public static readonly Alarm GatheringOver = new("gathering");
    }
}
