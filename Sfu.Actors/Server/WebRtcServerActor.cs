using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Bridge;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Actors.Transports;
using Sfu.Media.Control;

namespace Sfu.Actors.Server;

/// <summary>
/// One WebRtcServer: listen sockets of the node and, as its children, the transports behind them. Children stop before
/// <see cref="PostStop"/> closes the sockets, so that each DTLS close_notify still has a live socket; the media plane keeps the same law
/// for a server that is killed. A private one is made for a single transport and goes with it.
/// </summary>
/// <remarks>
/// <code>
/// opening ── ServerOpened ──▶ open ── Close, sockets lost, private and its transport gone ──▶ closing ── last transport gone ──▶ stopped
///    └── ServerClosed: who waits for a transport hears why ───────────────────────────────────────────────────────────────────────────▶
/// </code>
/// Where the server throws, or is killed, its parent raises the signal of its closing. Akka has suspended the transports by then: none of
/// them reads of another's end before its own.
/// </remarks>
internal sealed class WebRtcServerActor : RequestActor
{
    private readonly NodeContext _node;
    private readonly ServerId _id;
    private readonly ServerHandle _handle;
    private readonly ServerSettings _settings;
    private readonly bool _private;
    private readonly ClosingSignal _closingSignal;
    private readonly Queue<(TransportCommands.CreateTransport Create, IActorRef Asker)> _waiting = [];
    private readonly ServerAudience _audience;
    private bool _opened;

    // A private server does not stop before it was asked for its transport: sockets can fail sooner than that, and who asked hears why.
    private bool _unasked;
    private CloseReason? _closing;
    private SfuError? _failure;

    public WebRtcServerActor(NodeContext node, ServerId id, ServerHandle handle, ServerSettings settings, ClosingSignal closingSignal, bool isPrivate)
    {
        _node = node;
        _id = id;
        _handle = handle;
        _settings = settings;
        _closingSignal = closingSignal;
        _private = isPrivate;
        _unasked = isPrivate;
        _audience = new ServerAudience(id);
    }

    /// <param name="node">What the actors of the node share.</param>
    /// <param name="id">Unique on the node.</param>
    /// <param name="handle">Of the media twin.</param>
    /// <param name="settings">Where to listen.</param>
    /// <param name="closingSignal">Raised by the server before it tells its transports to close, and by its parent when it fails.</param>
    /// <param name="isPrivate">For one transport, with which it goes.</param>
    public static Props Props(
        NodeContext node, ServerId id, ServerHandle handle, ServerSettings settings, ClosingSignal closingSignal, bool isPrivate) =>
        ActorFactory<WebRtcServerActor>.Props(() => new WebRtcServerActor(node, id, handle, settings, closingSignal, isPrivate));

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
            case TransportCommands.Listening listening:
                Send(_audience.Handled(Sender, listening.RouterId));
                break;
            case NodeProtocol.IServerRequest request:
                OnServerRequest(request);
                break;
            case MediaEvents.ServerOpened opened:
                OnOpened(opened.Bound);
                break;
            case MediaEvents.ServerClosed closed:
                _failure = closed.Error?.ToSfuError();
                BeginClosing(CloseReason.MediaFault);
                break;
            case ServerCommands.Close close:
                BeginClosing(close.Reason);
                break;
            case ServerCommands.Describe:
                Sender.Tell(new ServerCommands.Described(new NodeProtocol.NodeServerDump(_id, _audience.Bound, _audience.Transports)));
                break;
            case Terminated terminated:
                OnTerminated(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void OnFault(Exception exception) => _closing ??= CloseReason.ControlFault;

    /// <summary>The transports have ended, also where nobody asked for it: their last words were before this.</summary>
    protected override void PostStop()
    {
        _node.Media.CloseServer(_handle);
        RefuseWaiting();
        Send(_audience.Closed(_closing ?? CloseReason.ControlFault));
    }

    private void OnCreateTransport(TransportCommands.CreateTransport create)
    {
        _unasked = false;
        if (_closing is not null)
        {
            Refuse(create, Sender);
            AnsweredElsewhere();
            StopWhenEmpty();
            return;
        }

        AnsweredElsewhere();
        _waiting.Enqueue((create, Sender));
        if (_opened)
        {
            CreateWaiting();
        }
    }

    private void OnOpened(ImmutableArray<ListenInfo> bound)
    {
        _opened = true;
        Send(_audience.Opened(bound));
        if (_closing is null)
        {
            CreateWaiting();
        }
    }

    private void CreateWaiting()
    {
        // Who is about to get a transport does not wait any more, should making it fail.
        while (_waiting.TryDequeue(out var next))
        {
            Create(next.Create, next.Asker);
        }
    }

    private void Create(TransportCommands.CreateTransport create, IActorRef asker)
    {
        var open = create.Open;
        if (!_node.Options.Transport.TryResolve(open.Options!, out var settings, out var reason)
            || !Offers(settings, out reason))
        {
            asker.Tell(new Rejected(open.RequestId, SfuErrorCode.InvalidParameters, reason));
            create.Branch.Tell(new BranchProtocol.TransportEnded(open.RouterId, open.TransportId, CloseReason.Requested));
            CloseWhenUseless();
            return;
        }

        var seed = new TransportSeed(
            _node.Media,
            _node.Ortc,
            open,
            asker,
            create.Branch,
            _closingSignal,
            create.RouterClosing,
            _node.Options.PathReportInterval,
            open.Options!.MaxIncomingBitrate ?? _node.Options.Transport.MaxIncomingBitrate);
        _audience.Add(Context.Watch(Context.ActorOf(WebRtcTransportActor.Props(seed, _handle, settings))), open.TransportId);
    }

    /// <summary>A private server without a candidate would be of no use to anybody; a shared one is what it is.</summary>
    private bool Offers(TransportSettings settings, out string reason)
    {
        var offers = !_private || _settings.ListenInfos.Any(
            info => info.Protocol == Media.Ice.TransportProtocol.Udp ? settings.EnableUdp : settings.EnableTcp);
        reason = offers ? string.Empty : "listenInfos has no protocol that enableUdp and enableTcp allow";
        return offers;
    }

    private void OnServerRequest(NodeProtocol.IServerRequest request)
    {
        switch (request)
        {
            case NodeProtocol.SubscribeServer when _closing is not null:
                Reject(SfuErrorCode.Closed, $"The WebRtcServer {_id} is closing.");
                break;
            case NodeProtocol.SubscribeServer subscribe:
                Context.Watch(subscribe.Subscriber);
                Send([_audience.Subscribe(subscribe.Subscriber)]);
                Reply(new NodeProtocol.ServerSubscribed(request.RequestId));
                break;
            case NodeProtocol.UnsubscribeServer unsubscribe:
                if (_audience.Unsubscribe(unsubscribe.Subscriber))
                {
                    Context.Unwatch(unsubscribe.Subscriber);
                }

                Reply(new Done(request.RequestId));
                break;
            default:
                Reject(SfuErrorCode.Unsupported, $"A WebRtcServer does not answer {request.GetType().Name}.");
                break;
        }
    }

    private void OnTerminated(IActorRef actor)
    {
        if (_audience.Unsubscribe(actor))
        {
            return;
        }

        Send(_audience.Unhandled(actor));
        CloseWhenUseless();
        StopWhenEmpty();
    }

    private void CloseWhenUseless()
    {
        if (_private && _audience.IsIdle && _waiting.Count == 0)
        {
            BeginClosing(CloseReason.TransportClosed);
        }
    }

    /// <summary>The signal goes up before the first transport is told, so that none of them takes another's end for its Producer's.</summary>
    private void BeginClosing(CloseReason reason)
    {
        if (_closing is not null)
        {
            return;
        }

        _closing = reason;
        if (!_private)
        {
            Log.Info("WebRtcServer {ServerId} closes with {Transports} transports: {Reason}", _id, _audience.TransportActors.Count, reason);
        }

        _closingSignal.Raise();
        RefuseWaiting();
        var close = new TransportCommands.Close(TransportsReason);
        foreach (var transport in _audience.TransportActors)
        {
            transport.Tell(close);
        }

        StopWhenEmpty();
    }

    /// <summary>What its transports, and those that come too late, say of their end.</summary>
    private CloseReason TransportsReason => _closing == CloseReason.NodeClosed ? CloseReason.NodeClosed : CloseReason.ListenServerClosed;

    private void RefuseWaiting()
    {
        foreach (var (create, asker) in _waiting)
        {
            Refuse(create, asker);
        }

        _waiting.Clear();
    }

    private void Refuse(TransportCommands.CreateTransport create, IActorRef asker)
    {
        var open = create.Open;
        asker.Tell(new Rejected(open.RequestId, _failure ?? new SfuError(SfuErrorCode.Closed, $"The WebRtcServer {_id} is closing.")));
        create.Branch.Tell(new BranchProtocol.TransportEnded(open.RouterId, open.TransportId, TransportsReason));
    }

    private void StopWhenEmpty()
    {
        if (_closing is not null && _audience.IsIdle && !_unasked)
        {
            Context.Stop(Self);
        }
    }

    private void Send(ImmutableArray<Letter> letters)
    {
        foreach (var letter in letters)
        {
            letter.Send(Self);
        }
    }
}
