using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Bridge;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Actors.Server;
using Sfu.Media.Control;

namespace Sfu.Actors.Node;

/// <summary>
/// The root of one node: parent of its WebRtcServers and of the Router branches on it, and keeper of the book of listening sockets, which
/// outlive their server's actor until the last transport has said goodbye.
/// </summary>
internal sealed class SfuNodeActor : RequestActor, IWithTimers
{
    /// <summary>The node's own server.</summary>
    public static readonly ServerId MainServer = new("main");

    private readonly NodeContext _node;
    private readonly Dictionary<ServerId, IActorRef> _servers = [];
    private readonly Dictionary<ServerHandle, ServerId> _sockets = [];
    private readonly Dictionary<RouterId, IActorRef> _branches = [];
    private readonly List<(ServerId Server, PendingRequest Request)> _serverClosings = [];
    private readonly List<PendingRequest> _readyWaiters = [];
    private readonly List<PendingRequest> _closeWaiters = [];
    private ImmutableArray<ListenInfo>? _bound;
    private SfuError? _failure;
    private IActorRef _region = ActorRefs.Nobody;
    private bool _closing;

    public SfuNodeActor(NodeContext node) => _node = node;

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(NodeContext node) => ActorFactory<SfuNodeActor>.Props(() => new SfuNodeActor(node));

    protected override SupervisorStrategy SupervisorStrategy() => Supervision.StopAlone;

    protected override void PreStart()
    {
        Context.ActorOf(ClosedRequestsActor.Props(), "closed-requests");
        var handle = _node.Media.NewServerHandle();
        var settings = new ServerSettings(_node.Options.ListenInfos);
        _sockets.Add(handle, MainServer);
        _servers.Add(MainServer, Context.Watch(Context.ActorOf(WebRtcServerActor.Props(_node, MainServer, handle, settings), "server-main")));
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
            case IRequest request:
                OnRequest(request);
                break;
            case RouterBranchActor.Release release:
                if (_branches.TryGetValue(release.RouterId, out var branch) && branch.Equals(Sender))
                {
                    _branches.Remove(release.RouterId);
                }

                Sender.Tell(new RouterBranchActor.Released());
                break;
            case UseRegion use:
                _region = use.Region;
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
            case CloseDeadline:
                Log.Warning("{Sockets} listening servers were still closing at the deadline", _sockets.Count);
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
        var serverId = open.Options.Server ?? MainServer;
        if (_closing || !_servers.TryGetValue(serverId, out var server))
        {
            Reject(_closing ? SfuErrorCode.Closed : SfuErrorCode.Unavailable, _closing ? "The node is shutting down." : $"The node has no WebRtcServer {serverId}.");
            open.Router.Tell(new BranchProtocol.TransportEnded(open.RouterId, open.TransportId, CloseReason.Requested));
            return;
        }

        if (!_branches.TryGetValue(open.RouterId, out var branch))
        {
            branch = Context.Watch(Context.ActorOf(RouterBranchActor.Props(open.RouterId, open.Router, open.Setup, open.Peers, _region)));
            _branches.Add(open.RouterId, branch);
        }

        AnsweredElsewhere();
        branch.Forward(new RouterBranchActor.Open(open, server));
    }

    private void ForwardToBranch(IRouterMessage message)
    {
        if (_branches.TryGetValue(message.RouterId, out var branch))
        {
            AnsweredElsewhere();
            branch.Forward(message);
        }
        else
        {
            Reject(SfuErrorCode.Closed, $"The node carries nothing of Router {message.RouterId}.");
        }
    }

    private void OnRequest(IRequest request)
    {
        var pending = new PendingRequest(request.RequestId, Sender);
        switch (request)
        {
            case NodeProtocol.WhenReady:
                AnsweredElsewhere();
                _readyWaiters.Add(pending);
                AnswerReadyWaiters();
                break;
            case NodeProtocol.DumpNode:
                AnsweredElsewhere();
                Context.ActorOf(NodeDumpActor.Props(_node.Media, request.RequestId, Sender, [.. _servers.Values], [.. _branches.Values]));
                break;
            case NodeProtocol.CloseServer close when _servers.TryGetValue(close.ServerId, out var server):
                AnsweredElsewhere();
                _serverClosings.Add((close.ServerId, pending));
                server.Tell(new ServerCommands.Close(CloseReason.ListenServerClosed));
                break;
            case NodeProtocol.CloseServer close:
                Reject(SfuErrorCode.NotFound, $"The node has no WebRtcServer {close.ServerId}.");
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

    private void OnServerOpened(MediaEvents.ServerOpened opened)
    {
        if (_sockets.TryGetValue(opened.Server, out var id) && id == MainServer)
        {
            _bound = opened.Bound;
            AnswerReadyWaiters();
        }

        Log.Info("WebRtcServer {ServerId} listens at {Bound}", id, string.Join(", ", opened.Bound));
    }

    private void OnServerClosed(MediaEvents.ServerClosed closed)
    {
        if (!_sockets.Remove(closed.Server, out var id))
        {
            return;
        }

        if (closed.Error is { } error)
        {
            Log.Error("WebRtcServer {ServerId} closed: {Reason}", id, error.Reason);
        }

        if (id == MainServer)
        {
            _bound = null;
            _failure = closed.Error?.ToSfuError() ?? new SfuError(SfuErrorCode.Closed, "The WebRtcServer was closed.");
            AnswerReadyWaiters();
        }

        foreach (var (_, request) in _serverClosings.Where(closing => closing.Server == id))
        {
            request.Asker.Tell(new Done(request.RequestId));
        }

        _serverClosings.RemoveAll(closing => closing.Server == id);
        if (_closing && _sockets.Count == 0)
        {
            FinishClosing();
        }
    }

    private void AnswerReadyWaiters()
    {
        if (_bound is null && _failure is null)
        {
            return;
        }

        foreach (var waiter in _readyWaiters)
        {
            waiter.Asker.Tell(_bound is { } bound
                ? new NodeProtocol.NodeReady(waiter.RequestId, bound)
                : new NodeProtocol.NodeFailed(waiter.RequestId, _failure!));
        }

        _readyWaiters.Clear();
    }

    /// <summary>The media plane reports a server closed after its last transport's close_notify: that is what shutdown waits for.</summary>
    private void BeginClosing()
    {
        if (!_closing)
        {
            _closing = true;
            Timers.StartSingleTimer("close-deadline", new CloseDeadline(), _node.Options.CloseDeadline);
            foreach (var server in _servers.Values)
            {
                server.Tell(new ServerCommands.Close(CloseReason.NodeClosed));
            }
        }

        if (_sockets.Count == 0)
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
        foreach (var (id, server) in _servers)
        {
            if (server.Equals(actor))
            {
                _servers.Remove(id);
                break;
            }
        }

        foreach (var (id, branch) in _branches)
        {
            if (branch.Equals(actor))
            {
                _branches.Remove(id);
                break;
            }
        }
    }

    /// <summary>Where orphaned branches look for their Router.</summary>
    internal sealed record UseRegion(IActorRef Region) : INoSerializationVerificationNeeded;

    private sealed record CloseDeadline : INoSerializationVerificationNeeded;
}
