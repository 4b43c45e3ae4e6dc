using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Bridge;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Actors.Server;
using Sfu.Actors.Transports;
using Sfu.Media.Control;

namespace Sfu.Actors.Node;

/// <summary>
/// The root of one node: parent of its WebRtcServers, of transports with sockets of their own and of the Router branches on it, and keeper of
/// the book of listening sockets, which outlive their server's actor until the last transport has said goodbye.
/// </summary>
internal sealed class SfuNodeActor : RequestActor, IWithTimers
{
    /// <summary>The node's own server.</summary>
    public static readonly ServerId MainServer = new("main");

    private readonly NodeContext _node;
    private readonly NodeServers _servers = new();
    private readonly NodeService _service = new();
    private readonly NodeTransports _transports;
    private NodeDrain _drain = null!; // Made when the actor starts: before, it has no timers.
    private readonly NodeBranches _branches = new();
    private readonly NodeReadiness _readiness = new();
    private readonly List<PendingRequest> _closeWaiters = [];
    private IActorRef _region = ActorRefs.Nobody;
    private bool _closing;

    public SfuNodeActor(NodeContext node)
    {
        _node = node;
        _transports = new NodeTransports(node);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(NodeContext node) => ActorFactory<SfuNodeActor>.Props(() => new SfuNodeActor(node));

    protected override SupervisorStrategy SupervisorStrategy() => Supervision.StopAloneAfter(_servers.Failing);

    protected override void PreStart()
    {
        _drain = new NodeDrain(Timers);
        Context.ActorOf(ClosedRequestsActor.Props(), "closed-requests");
        StartServer(MainServer, _node.Options.ListenInfos);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case BranchProtocol.OpenTransport open:
                OnOpenTransport(open);
                break;
            case IRouterMessage routerMessage:
                ForwardToBranch(routerMessage);
                break;
            case TransportCommands.CreateTransport create:
                OnCreateTransport(create);
                break;
            case IRequest request:
                OnRequest(request);
                break;
            case BranchCommands.Release release:
                _branches.Forget(Sender);
                Sender.Tell(new BranchCommands.Released());
                break;
            case UseRegion use:
                _region = use.Region;
                break;
            case NodeService.Follow follow:
                _service.TellTo(follow.Listener);
                break;
            case MediaEvents.ServerOpened opened:
                OnServerOpened(opened);
                break;
            case MediaEvents.ServerClosed closed:
                OnServerClosed(closed);
                break;
            case Terminated terminated:
                Forget(terminated.ActorRef);
                break;
            case BranchCommands.Emptied:
                _drain.Emptied(Sender);
                break;
            case NodeDrain.DeadlinePassed:
                Log.Warning("The drain's deadline has passed");
                _drain.Finish();
                break;
            case CloseDeadline:
                Log.Warning("{Sockets} listening servers were still closing at the deadline", _servers.OpenSockets);
                FinishClosing();
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
        foreach (var waiter in _closeWaiters)
        {
            waiter.Asker.Tell(new Done(waiter.RequestId));
        }
    }

    private void OnOpenTransport(BranchProtocol.OpenTransport open)
    {
        if (ChooseParent(open.Options, out var refusal) is not { } parent)
        {
            Reject(refusal!);
            open.Router.Tell(new BranchProtocol.TransportEnded(open.RouterId, open.TransportId, CloseReason.Requested));
            return;
        }

        if (!_branches.TryGet(open.RouterId, out var branch))
        {
            branch = Context.Watch(Context.ActorOf(RouterBranchActor.Props(open.RouterId, _node, open.Router, open.Setup, open.Peers, _region)));
            _branches.Add(open.RouterId, branch);
        }

        AnsweredElsewhere();
        branch.Forward(new BranchCommands.Open(open, parent));
    }

    /// <summary>
    /// Who makes the transport. Without a server, this node does; it also makes a server of the transport's own, when the branch really asks
    /// for it.
    /// </summary>
    /// <param name="options">Of a WebRtcTransport; null: it is of another kind.</param>
    /// <param name="refusal">Why there is nobody.</param>
    private IActorRef? ChooseParent(WebRtcTransportOptions? options, out SfuError? refusal)
    {
        refusal = null;
        if (_closing)
        {
            refusal = new SfuError(SfuErrorCode.Closed, "The node is shutting down.");
        }
        else if (_drain.IsOn)
        {
            refusal = new SfuError(SfuErrorCode.Unavailable, "The node is being emptied.");
        }
        else if (options is null)
        {
            return Self;
        }
        else if (options is { Server: not null, ListenInfos: not null })
        {
            refusal = new SfuError(SfuErrorCode.InvalidParameters, "server and listenInfos are two ways to say where a transport listens: give one.");
        }
        else if (options.ListenInfos is { } infos)
        {
            return ListenInfoRules.AreValid(infos, out refusal) ? Self : null;
        }
        else if (_servers.TryGetActor(options.Server ?? MainServer, out var server))
        {
            return server;
        }
        else
        {
            refusal = new SfuError(SfuErrorCode.Unavailable, $"The node has no WebRtcServer {options.Server ?? MainServer}.");
        }

        return null;
    }

    private void OnCreateTransport(TransportCommands.CreateTransport create)
    {
        var open = create.Open;
        if (_closing)
        {
            Refuse(create, new SfuError(SfuErrorCode.Closed, "The node is shutting down."), CloseReason.NodeClosed);
        }
        else if (open.Options is { ListenInfos: { } infos })
        {
            AnsweredElsewhere();
            StartServer(new ServerId($"transport-{open.TransportId}"), infos, isPrivate: true).Forward(create);
        }
        else if (_transports.TryPrepare(create, Sender, out var props, out var refusal))
        {
            AnsweredElsewhere();
            _transports.Add(Context.Watch(Context.ActorOf(props)), open.TransportId);
        }
        else
        {
            Refuse(create, refusal, CloseReason.Requested);
        }
    }

    private void Refuse(TransportCommands.CreateTransport create, SfuError error, CloseReason reason)
    {
        Reject(error);
        create.Branch.Tell(new BranchProtocol.TransportEnded(create.Open.RouterId, create.Open.TransportId, reason));
    }

    private IActorRef StartServer(ServerId id, ImmutableArray<ListenInfo> infos, bool isPrivate = false, PendingRequest? opener = null)
    {
        var handle = _node.Media.NewServerHandle();
        var closing = new ClosingSignal();
        var props = WebRtcServerActor.Props(_node, id, handle, new ServerSettings(infos), closing, isPrivate);
        var server = Context.Watch(Context.ActorOf(props, $"server-{Uri.EscapeDataString(id.Value)}"));
        _servers.Add(id, handle, server, closing, opener, isPrivate);
        TellService();
        return server;
    }

    private void ForwardToBranch(IRouterMessage message)
    {
        if (_branches.TryGet(message.RouterId, out var branch))
        {
            AnsweredElsewhere();
            branch.Forward(message);
        }
        else if (message is ReconcileProtocol.Reconcile reconcile)
        {
            Sender.Tell(new ReconcileProtocol.Carries(message.RouterId, Self, Branch: null, reconcile.Round, [], [], [], []));
        }
        else
        {
            ReplyClosed($"The node carries nothing of Router {message.RouterId}.");
        }
    }

    private void OnRequest(IRequest request)
    {
        var pending = new PendingRequest(request.RequestId, Sender);
        switch (request)
        {
            case NodeProtocol.WhenReady:
                AnsweredElsewhere();
                _readiness.Await(pending);
                break;
            case NodeProtocol.DumpNode dump:
                OnDump(dump, _node.Media);
                break;
            case NodeProtocol.DescribeNode:
                OnDump(new NodeProtocol.DumpNode(request.RequestId), media: null);
                break;
            case NodeProtocol.OpenServer open:
                OnOpenServer(open, pending);
                break;
            case NodeProtocol.CloseServer close:
                OnCloseServer(close.ServerId, pending);
                break;
            case NodeProtocol.IServerRequest about:
                OnServerRequest(about);
                break;
            case NodeProtocol.DrainNode drain when NodeDrain.IsValid(drain.Deadline):
                AnsweredElsewhere();
                Log.Info("The node is being emptied, within {Deadline}; what is there {Stays}", drain.Deadline, drain.MayStay ? "may stay" : "is to move");
                _drain.Begin(pending);
                TellService();
                _drain.Empty(_branches.Actors, drain.Deadline, drain.MayStay);
                break;
            case NodeProtocol.DrainNode:
                Reject(SfuErrorCode.InvalidParameters, "The deadline is out of range.");
                break;
            case NodeProtocol.CancelDrain:
                _drain.Cancel();
                TellService();
                Reply(new Done(request.RequestId));
                break;
            case NodeProtocol.CloseNode:
                AnsweredElsewhere();
                _closeWaiters.Add(pending);
                BeginClosing();
                break;
            default:
                Reject(SfuErrorCode.Unsupported, $"A node does not answer {request.GetType().Name}.");
                break;
        }
    }

    private void OnDump(NodeProtocol.DumpNode dump, IMediaPlane? media)
    {
        AnsweredElsewhere();
        Context.ActorOf(NodeDumpActor.Props(media, dump, Sender, _servers.Actors, _branches.Actors, _transports.Ids));
    }

    private void OnOpenServer(NodeProtocol.OpenServer open, PendingRequest pending)
    {
        if (_closing)
        {
            Reject(SfuErrorCode.Closed, "The node is shutting down.");
        }
        else if (string.IsNullOrEmpty(open.ServerId.Value))
        {
            Reject(SfuErrorCode.InvalidParameters, "A WebRtcServer needs a name.");
        }
        else if (_servers.Contains(open.ServerId))
        {
            Reject(SfuErrorCode.AlreadyExists, $"A WebRtcServer {open.ServerId} is open or closing.");
        }
        else if (!ListenInfoRules.AreValid(open.ListenInfos, out var error))
        {
            Reject(error);
        }
        else
        {
            AnsweredElsewhere();
            if (open.ServerId == MainServer)
            {
                _readiness.Reopen();
            }

            StartServer(open.ServerId, open.ListenInfos, opener: pending);
        }
    }

    private void OnCloseServer(ServerId id, PendingRequest pending)
    {
        if (_servers.TryAwaitClosing(id, pending))
        {
            AnsweredElsewhere();
            if (_servers.TryGetActor(id, out var server))
            {
                server.Tell(new ServerCommands.Close(CloseReason.Requested));
            }
        }
        else if (_servers.Contains(id) || _servers.WasClosed(id))
        {
            Reply(new Done(pending.RequestId));
        }
        else
        {
            Reject(SfuErrorCode.NotFound, $"The node has no WebRtcServer {id}.");
        }
    }

    private void OnServerRequest(NodeProtocol.IServerRequest about)
    {
        if (_servers.TryGetActor(about.ServerId, out var server))
        {
            AnsweredElsewhere();
            server.Forward(about);
        }
        else if (!_servers.WasClosed(about.ServerId))
        {
            Reject(SfuErrorCode.NotFound, $"The node has no WebRtcServer {about.ServerId}.");
        }
        else if (about is NodeProtocol.UnsubscribeServer)
        {
            Reply(new Done(about.RequestId));
        }
        else
        {
            Reject(SfuErrorCode.Closed, $"The WebRtcServer {about.ServerId} is closed.");
        }
    }

    private void OnServerOpened(MediaEvents.ServerOpened opened)
    {
        var opener = _servers.Opened(opened.Server, out var id);
        if (opener is not null)
        {
            _service.Answer(opener, new NodeProtocol.ServerOpened(opener.RequestId, id, opened.Bound));
        }

        if (id == MainServer)
        {
            _readiness.Opened(opened.Bound);
        }

        Log.Info("WebRtcServer {ServerId} listens at {Bound}", id, string.Join(", ", opened.Bound));
    }

    private void OnServerClosed(MediaEvents.ServerClosed closed)
    {
        var error = closed.Error?.ToSfuError() ?? new SfuError(SfuErrorCode.Closed, "The WebRtcServer was closed.");
        if (!_servers.Closed(closed.Server, error, out var id, out var gone))
        {
            return;
        }

        if (closed.Error is not null)
        {
            Log.Error("WebRtcServer {ServerId} closed: {Reason}", id, error.Reason);
        }

        if (id == MainServer)
        {
            _readiness.Closed(error);
        }

        TellService();
        Answer(gone);
        FinishClosingWhenEmpty();
    }

    private static void Answer(GoneServer? gone)
    {
        gone?.Opener?.Asker.Tell(new Rejected(gone.Opener.RequestId, gone.Error ?? new SfuError(SfuErrorCode.Closed, "The WebRtcServer was closed.")));
        foreach (var closer in gone?.Closers ?? [])
        {
            closer.Asker.Tell(new Done(closer.RequestId));
        }
    }

    /// <summary>The media plane reports a server closed after its last transport's close_notify: that is what shutdown waits for.</summary>
    private void BeginClosing()
    {
        if (!_closing)
        {
            _closing = true;
            TellService();
            Timers.StartSingleTimer("close-deadline", new CloseDeadline(), _node.Options.CloseDeadline);
            _servers.AnnounceClosing();
            foreach (var server in _servers.Actors)
            {
                server.Tell(new ServerCommands.Close(CloseReason.NodeClosed));
            }

            _transports.AnnounceClosing();
            foreach (var transport in _transports.Actors)
            {
                transport.Tell(new TransportCommands.Close(CloseReason.NodeClosed));
            }
        }

        FinishClosingWhenEmpty();
    }

    private void FinishClosingWhenEmpty()
    {
        if (_closing && _servers.OpenSockets == 0 && _transports.IsEmpty)
        {
            FinishClosing();
        }
    }

    private void FinishClosing()
    {
        Timers.CancelAll();
        foreach (var waiter in _closeWaiters)
        {
            waiter.Asker.Tell(new Done(waiter.RequestId));
        }

        _closeWaiters.Clear();
    }

    private void Forget(IActorRef actor)
    {
        if (_transports.Remove(actor))
        {
            FinishClosingWhenEmpty();
            return;
        }

        Answer(_servers.ActorEnded(actor));
        TellService();
        _branches.Forget(actor);
        _drain.Emptied(actor);
    }

    private void TellService() => _service.Current = new NodeService.Offer(_servers.Offered, _closing || _drain.IsOn);

    /// <summary>Where orphaned branches look for their Router.</summary>
    internal sealed record UseRegion(IActorRef Region) : INoSerializationVerificationNeeded;

    private sealed record CloseDeadline : INoSerializationVerificationNeeded;
}
