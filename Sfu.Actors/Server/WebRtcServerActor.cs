using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Bridge;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Actors.Transports;
using Sfu.Media.Control;

namespace Sfu.Actors.Server;

/// <summary>
/// One WebRtcServer: the node's listen sockets and, as its children, the transports behind them. Children stop before
/// <see cref="PostStop"/> closes the sockets, so that each DTLS close_notify still has a live socket; the media plane keeps the same law
/// for a server that is killed.
/// </summary>
internal sealed class WebRtcServerActor : RequestActor
{
    private readonly NodeContext _node;
    private readonly ServerId _id;
    private readonly ServerHandle _handle;
    private readonly ServerSettings _settings;
    private readonly ClosingSignal _closingSignal = new();
    private readonly Dictionary<IActorRef, TransportId> _transports = [];
    private ImmutableArray<ListenInfo> _bound = [];
    private bool _closing;

    public WebRtcServerActor(NodeContext node, ServerId id, ServerHandle handle, ServerSettings settings)
    {
        _node = node;
        _id = id;
        _handle = handle;
        _settings = settings;
    }

    public static Props Props(NodeContext node, ServerId id, ServerHandle handle, ServerSettings settings) =>
        ActorFactory<WebRtcServerActor>.Props(() => new WebRtcServerActor(node, id, handle, settings));

    /// <summary>A transport that throws is stopped, never restarted: its watchers must see it die.</summary>
    protected override SupervisorStrategy SupervisorStrategy() => Supervision.StopAlone;

    protected override void PreStart() =>
        _node.Media.OpenServer(_handle, _settings, new ServerBridge(_handle, Self, Context.Parent));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case TransportCommands.CreateTransport create:
                OnCreateTransport(create);
                break;
            case MediaEvents.ServerOpened opened:
                _bound = opened.Bound;
                break;
            case MediaEvents.ServerClosed:
                BeginClosing(CloseReason.ListenServerClosed);
                break;
            case ServerCommands.Close close:
                BeginClosing(close.Reason);
                break;
            case ServerCommands.Describe:
                Sender.Tell(new ServerCommands.Described(new NodeProtocol.NodeServerDump(_id, _bound, [.. _transports.Values])));
                break;
            case Terminated terminated:
                _transports.Remove(terminated.ActorRef);
                StopWhenEmpty();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void OnFault(Exception exception) => _closingSignal.Raise();

    protected override void PostStop() => _node.Media.CloseServer(_handle);

    private void OnCreateTransport(TransportCommands.CreateTransport create)
    {
        var open = create.Open;
        if (_closing)
        {
            Reject(SfuErrorCode.Closed, $"The WebRtcServer {_id} is closing.");
            create.Branch.Tell(new BranchProtocol.TransportEnded(open.RouterId, open.TransportId, CloseReason.ListenServerClosed));
            return;
        }

        if (!_node.Options.Transport.TryResolve(open.Options, out var settings, out var reason))
        {
            Reject(SfuErrorCode.InvalidParameters, reason);
            create.Branch.Tell(new BranchProtocol.TransportEnded(open.RouterId, open.TransportId, CloseReason.Requested));
            return;
        }

        var seed = new TransportSeed(
            _node.Media, _node.Ortc, _handle, settings, open, Sender, create.Branch, _closingSignal, create.RouterClosing);
        var transport = Context.Watch(Context.ActorOf(WebRtcTransportActor.Props(seed)));
        _transports.Add(transport, open.TransportId);
        AnsweredElsewhere();
    }

    /// <summary>The signal goes up before the first transport is told, so that none of them takes another's end for its Producer's.</summary>
    private void BeginClosing(CloseReason reason)
    {
        if (_closing)
        {
            return;
        }

        _closing = true;
        _closingSignal.Raise();
        foreach (var transport in _transports.Keys)
        {
            transport.Tell(new TransportCommands.Close(reason));
        }

        StopWhenEmpty();
    }

    private void StopWhenEmpty()
    {
        if (_closing && _transports.Count == 0)
        {
            Context.Stop(Self);
        }
    }
}
