using Akka.Actor;
using Akka.Cluster.Sharding;
using Akka.Event;
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
    private readonly RouterId _id;
    private readonly NodeContext _node;
    private readonly IActorRef _localNode;
    private readonly RouterState _state = new();
    private readonly HashSet<IActorRef> _branches = [];
    private readonly HashSet<TransportId> _unplaced = []; // On their way to a node whose branch has not announced itself.
    private PendingRequest? _closer;
    private bool _closing;
    private bool _leaving;

    public RouterActor(RouterId id, NodeContext node, IActorRef localNode)
    {
        _id = id;
        _node = node;
        _localNode = localNode;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(RouterId id, NodeContext node, IActorRef localNode) =>
        ActorFactory<RouterActor>.Props(() => new RouterActor(id, node, localNode));

    protected override void PreStart() => LingerWhenAbandoned();

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
        if (message is RouterHandOff)
        {
            Context.Stop(Self);
            return;
        }

        if (_closing && message is IRouterMessage and IRequest)
        {
            OnRequestWhileClosing(message);
            return;
        }

        switch (message)
        {
            case ITransportRequest request:
                OnTransportRequest(request);
                break;
            case IProducerRequest request:
                OnProducerRequest(request);
                break;
            case IConsumerRequest request:
                OnConsumerRequest(request);
                break;
            case PeerProtocol.AttachPeer attach:
                OnAttachPeer(attach);
                break;
            case PeerProtocol.UpdatePeer update:
                OnUpdatePeer(update);
                break;
            case PeerProtocol.DetachPeer detach:
                OnDetachPeer(detach);
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
            case LingerOver when _state.IsAbandoned && !_closing:
                BeginClosing(CloseReason.Requested);
                break;
            case LingerOver:
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
        _closer?.Asker.Tell(new Done(_closer.RequestId));
        _closer = null;
    }

    private void OnRequest(IRequest request)
    {
        switch (request)
        {
            case RouterProtocol.GetRouterRtpCapabilities:
                BeginByUse();
                Reply(new RouterRtpCapabilities(request.RequestId, _state.Capabilities));
                break;
            case RouterProtocol.CreateRouter create:
                OnCreateRouter(create);
                break;
            case RouterProtocol.CreateWebRtcTransport create:
                OnCreateTransport(create);
                break;
            case RouterProtocol.CanConsume can:
                Reply(new CanConsumeAnswer(
                    can.RequestId,
                    _state.Producer(can.ProducerId) is { } producer && RouterOrtc.CanConsume(producer.Consumable, can.RtpCapabilities)));
                break;
            case RouterProtocol.DumpRouter dump:
                Reply(_state.Dump(dump.RequestId, _id, _branches.Count));
                break;
            case RouterProtocol.CloseRouter when _state.Setup is null:
                RejectUnborn();
                break;
            case RouterProtocol.CloseRouter close:
                AnsweredElsewhere();
                _closer = new PendingRequest(close.RequestId, Sender);
                BeginClosing(CloseReason.Requested);
                break;
            default:
                Reject(SfuErrorCode.Unsupported, $"A Router does not answer {request.GetType().Name}.");
                break;
        }
    }

    private void OnCreateRouter(RouterProtocol.CreateRouter create)
    {
        if (_state.Setup is not null)
        {
            Reject(SfuErrorCode.AlreadyExists, $"The Router {_id} exists.");
        }
        else if (!_node.Ortc.TryGetRouterCapabilities(create.MediaCodecs, out var capabilities, out var error))
        {
            Reject(error);
        }
        else
        {
            _state.Begin(new RouterSetup(create.MediaCodecs, Explicit: true, create.AppData), capabilities);
            Timers.Cancel(LingerOver.Key);
            Reply(new RouterCreated(create.RequestId, _id, capabilities));
        }
    }

    private void BeginByUse()
    {
        if (_state.Setup is null)
        {
            Begin(new RouterSetup(DefaultMediaCodecs.Value, Explicit: false, JsonText.EmptyObject));
        }

        LingerWhenAbandoned();
    }

    private void Begin(RouterSetup setup)
    {
        if (!_node.Ortc.TryGetRouterCapabilities(setup.MediaCodecs, out var capabilities, out var error))
        {
            throw new InvalidOperationException($"Codecs that were accepted before are not now: {error.Reason}");
        }

        _state.Begin(setup, capabilities);
    }

    private void OnCreateTransport(RouterProtocol.CreateWebRtcTransport create)
    {
        BeginByUse();
        var record = new TransportRecord(TransportId.New(), create.PeerId, create.Owner, Open: false);
        var branch = _branches.FirstOrDefault(candidate => candidate.Path.Parent == _localNode.Path);
        _state.PutTransport(new TransportEntry(record, _localNode, branch));
        if (branch is null)
        {
            _unplaced.Add(record.TransportId);
        }

        Timers.Cancel(LingerOver.Key);
        AnsweredElsewhere();
        _localNode.Tell(
            new BranchProtocol.OpenTransport(
                create.RequestId, _id, Self, _state.Setup!, [.. _state.Peers], record.TransportId, create.Options, create.PeerId, create.Owner),
            Sender);
    }

    private void OnTransportRequest(ITransportRequest request)
    {
        if (_state.Transport(request.TransportId) is not { } transport)
        {
            Reject(SfuErrorCode.NotFound, $"No transport {request.TransportId} in Router {_id}.");
            return;
        }

        switch (request)
        {
            case RouterProtocol.Produce produce:
                OnProduce(produce, transport);
                break;
            case RouterProtocol.Consume consume:
                OnConsume(consume, transport);
                break;
            case RouterProtocol.CloseTransport:
                EndTransport(request.TransportId);
                Forward(transport, request);
                break;
            default:
                Forward(transport, request);
                break;
        }
    }

    private void OnProduce(RouterProtocol.Produce produce, TransportEntry transport)
    {
        var id = produce.ProducerId ?? ProducerId.New();
        if (_state.Producer(id) is not null)
        {
            Reject(SfuErrorCode.AlreadyExists, $"A Producer {id} exists.");
        }
        else if (!_node.Ortc.TryMapProducer(produce.Kind, produce.RtpParameters, _state.Capabilities, out var offer, out var error))
        {
            Reject(error);
        }
        else
        {
            var record = new ProducerRecord(
                id,
                produce.TransportId,
                transport.Record.PeerId,
                produce.Kind,
                offer.Type,
                offer.Consumable,
                produce.AppData,
                produce.Paused,
                Open: false);
            _state.PutProducer(record);
            Forward(
                transport,
                new BranchProtocol.AddProducer(produce.RequestId, _id, record, offer.Parameters, offer.Mapping, produce.KeyFrameRequestDelayMs));
        }
    }

    private void OnConsume(RouterProtocol.Consume consume, TransportEntry transport)
    {
        var id = consume.ConsumerId ?? ConsumerId.New();
        var capabilities = consume.RtpCapabilities
            ?? (transport.Record.PeerId is { } peer ? _state.Peer(peer)?.RtpCapabilities : null);
        if (_state.Consumer(id) is not null)
        {
            Reject(SfuErrorCode.AlreadyExists, $"A Consumer {id} exists.");
        }
        else if (_state.Producer(consume.ProducerId) is not { } producer)
        {
            Reject(SfuErrorCode.NotFound, $"No Producer {consume.ProducerId} in Router {_id}.");
        }
        else if (capabilities is null)
        {
            Reject(SfuErrorCode.InvalidParameters, "Neither the request nor the peer says what it can receive.");
        }
        else if (!RouterOrtc.CanConsume(producer.Consumable, capabilities))
        {
            Reject(SfuErrorCode.CannotConsume, $"The client has no codec for Producer {consume.ProducerId}.");
        }
        else
        {
            _state.PutConsumer(new ConsumerRecord(id, consume.TransportId, consume.ProducerId, Open: false));
            Forward(
                transport,
                new BranchProtocol.AddConsumer(
                    consume.RequestId, _id, consume.TransportId, id, producer, capabilities, consume.Paused, consume.AppData));
        }
    }

    private void OnProducerRequest(IProducerRequest request)
    {
        if (_state.Producer(request.ProducerId) is not { } producer || _state.Transport(producer.TransportId) is not { } transport)
        {
            Reject(SfuErrorCode.NotFound, $"No Producer {request.ProducerId} in Router {_id}.");
            return;
        }

        if (request is RouterProtocol.CloseProducer && producer.Open)
        {
            EndProducer(producer, CloseReason.Requested);
        }

        Forward(transport, request);
    }

    private void OnConsumerRequest(IConsumerRequest request)
    {
        if (_state.Consumer(request.ConsumerId) is not { } consumer || _state.Transport(consumer.TransportId) is not { } transport)
        {
            Reject(SfuErrorCode.NotFound, $"No Consumer {request.ConsumerId} in Router {_id}.");
            return;
        }

        Forward(transport, request);
    }

    private void OnAttachPeer(PeerProtocol.AttachPeer attach)
    {
        BeginByUse();
        var info = new PeerInfo(attach.PeerId, attach.DisplayName, attach.Device, attach.AppData);
        var former = _state.Peer(attach.PeerId);
        var same = former is not null && former.Session.Equals(attach.Session);
        if (former is not null && !same)
        {
            former.Session.Tell(new SessionEvents.PeerDetached(_id, attach.PeerId, CloseReason.PeerReplaced));
            RemovePeer(former, CloseReason.PeerReplaced);
        }

        var peer = new PeerRecord(info, attach.Session, attach.RtpCapabilities);
        _state.PutPeer(peer);
        Timers.Cancel(LingerOver.Key);
        TellBranches(new BranchProtocol.RememberPeer(_id, peer));
        Reply(_state.Welcome(attach.RequestId, attach.PeerId));
        Announce(same ? new SessionEvents.PeerUpdated(_id, info) : new SessionEvents.PeerJoined(_id, info), attach.PeerId);
        Context.Watch(attach.Session);
    }

    private void OnUpdatePeer(PeerProtocol.UpdatePeer update)
    {
        if (_state.Peer(update.PeerId) is not { } peer || !peer.Session.Equals(update.Session))
        {
            Reject(SfuErrorCode.NotFound, $"The session is not attached to Router {_id} as {update.PeerId}.");
            return;
        }

        var info = peer.Info with { DisplayName = update.DisplayName ?? peer.Info.DisplayName, AppData = update.AppData ?? peer.Info.AppData };
        _state.PutPeer(peer with { Info = info });
        TellBranches(new BranchProtocol.RememberPeer(_id, peer with { Info = info }));
        Reply(new Done(update.RequestId));
        Announce(new SessionEvents.PeerUpdated(_id, info), update.PeerId);
    }

    private void OnDetachPeer(PeerProtocol.DetachPeer detach)
    {
        if (_state.Peer(detach.PeerId) is not { } peer || !peer.Session.Equals(detach.Session))
        {
            Reject(SfuErrorCode.NotFound, $"The session is not attached to Router {_id} as {detach.PeerId}.");
            return;
        }

        RemovePeer(peer, CloseReason.PeerClosed);
        Reply(new Done(detach.RequestId));
    }

    private void RemovePeer(PeerRecord peer, CloseReason reason)
    {
        var id = peer.Info.PeerId;
        _state.RemovePeer(id);
        foreach (var transport in _state.TransportsOf(id, peer.Session))
        {
            EndTransport(transport.Record.TransportId);
            transport.Way.Tell(new BranchProtocol.EndTransport(_id, transport.Record.TransportId, reason));
        }

        if (_state.PeersOf(peer.Session).IsEmpty)
        {
            Context.Unwatch(peer.Session);
        }

        TellBranches(new BranchProtocol.ForgetPeer(_id, id));
        Announce(new SessionEvents.PeerLeft(_id, id, reason), id);
        LingerWhenAbandoned();
    }

    private void OnBranchReport(IRouterMessage report)
    {
        switch (report)
        {
            case BranchProtocol.BranchOpened opened:
                AddBranch(opened.Branch);
                _unplaced.Clear();
                _state.SetBranch(opened.Node, opened.Branch);
                break;
            case BranchProtocol.AttachBranch attach:
                OnAttachBranch(attach);
                break;
            case BranchProtocol.TransportOpened opened when _state.Transport(opened.TransportId) is { } transport:
                _state.PutTransport(transport with { Record = transport.Record with { Open = true } });
                break;
            case BranchProtocol.TransportEnded ended:
                _unplaced.Remove(ended.TransportId);
                EndTransport(ended.TransportId);
                LeaveWhenAlone();
                break;
            case BranchProtocol.ProducerAdded added when _state.Producer(added.ProducerId) is { Open: false } producer:
                producer = producer with { Open = true };
                _state.PutProducer(producer);
                Announce(new SessionEvents.ProducerOpened(_id, producer.Info), producer.PeerId);
                break;
            case BranchProtocol.ProducerEnded ended when _state.Producer(ended.ProducerId) is { } producer:
                EndProducer(producer, ended.Reason);
                break;
            case BranchProtocol.ProducerPauseDone done when _state.Producer(done.ProducerId) is { } producer:
                OnProducerPauseDone(producer, done.Paused);
                break;
            case BranchProtocol.ConsumerAdded added when _state.Consumer(added.ConsumerId) is { } consumer:
                _state.PutConsumer(consumer with { Open = true });
                break;
            case BranchProtocol.ConsumerEnded ended:
                _state.RemoveConsumer(ended.ConsumerId);
                break;
        }
    }

    private void OnAttachBranch(BranchProtocol.AttachBranch attach)
    {
        AddBranch(attach.Branch);
        if (_closing)
        {
            return;
        }

        if (_state.Setup is not { Explicit: true })
        {
            Begin(attach.Snapshot.Setup);
        }

        Timers.Cancel(LingerOver.Key);
        _state.Adopt(attach.Node, attach.Branch, attach.Snapshot);
        foreach (var peer in _state.Peers)
        {
            Context.Watch(peer.Session);
        }

        attach.Branch.Tell(new BranchProtocol.BranchAttached(_id, Self));
        Log.Info("Router {RouterId} took back {Transports} transports of {Branch}", _id, attach.Snapshot.Transports.Length, attach.Branch.Path);
        LingerWhenAbandoned();
    }

    private void AddBranch(IActorRef branch)
    {
        if (_branches.Add(branch))
        {
            Context.Watch(branch);
        }

        if (_closing)
        {
            branch.Tell(new BranchProtocol.RouterClosing(_id, CloseReason.RouterClosed));
        }
    }

    private void OnProducerPauseDone(ProducerRecord producer, bool paused)
    {
        _state.PutProducer(producer with { Paused = paused });
        foreach (var way in _state.WaysToConsumersOf(producer.ProducerId))
        {
            way.Tell(new BranchProtocol.ProducerPauseChanged(_id, producer.ProducerId, paused));
        }

        Announce(
            paused ? new SessionEvents.ProducerPaused(_id, producer.ProducerId) : new SessionEvents.ProducerResumed(_id, producer.ProducerId),
            producer.PeerId);
    }

    private void OnTerminated(Terminated terminated)
    {
        var actor = terminated.ActorRef;
        if (_branches.Remove(actor))
        {
            OnBranchTerminated(actor, terminated.AddressTerminated);
            return;
        }

        foreach (var peer in _state.PeersOf(actor))
        {
            RemovePeer(peer, CloseReason.OwnerClosed);
        }
    }

    /// <summary>A node that is gone cannot report: the Router tells the owners. Where only the branch is gone, the transports report themselves.</summary>
    private void OnBranchTerminated(IActorRef branch, bool nodeLost)
    {
        foreach (var transport in _state.TransportsOn(branch))
        {
            var id = transport.Record.TransportId;
            if (nodeLost && transport.Record.Owner is { } owner)
            {
                foreach (var producer in _state.ProducersOn(id).Where(producer => producer.Open))
                {
                    owner.Tell(new SessionEvents.ProducerClosed(_id, producer.ProducerId, CloseReason.TransportClosed));
                }

                foreach (var consumer in _state.ConsumersOn(id).Where(consumer => consumer.Open))
                {
                    owner.Tell(new SessionEvents.ConsumerClosed(_id, id, consumer.ConsumerId, CloseReason.TransportClosed));
                }

                owner.Tell(new SessionEvents.TransportClosed(_id, id, CloseReason.NodeLost));
            }

            EndTransport(id);
        }

        LeaveWhenAlone();
    }

    private void EndTransport(TransportId id)
    {
        foreach (var producer in _state.RemoveTransport(id))
        {
            EndProducer(producer, CloseReason.TransportClosed);
        }

        LingerWhenAbandoned();
    }

    private void EndProducer(ProducerRecord producer, CloseReason reason)
    {
        var ways = _state.RemoveProducer(producer.ProducerId);
        if (_closing)
        {
            return;
        }

        foreach (var way in ways)
        {
            way.Tell(new BranchProtocol.ProducerGone(_id, producer.ProducerId));
        }

        if (producer.Open)
        {
            Announce(new SessionEvents.ProducerClosed(_id, producer.ProducerId, reason), producer.PeerId);
        }
    }

    /// <summary>Peers hear of the end of the Router once; of what it carried only the owners hear, from the transports.</summary>
    private void BeginClosing(CloseReason reason)
    {
        _closing = true;
        Timers.CancelAll();
        foreach (var peer in _state.Peers)
        {
            peer.Session.Tell(new SessionEvents.RouterClosed(_id, reason));
        }

        TellBranches(new BranchProtocol.RouterClosing(_id, CloseReason.RouterClosed));
        LeaveWhenAlone();
    }

    /// <summary>Sharding keeps what arrives from now on for the next incarnation; what is in the mailbox already goes back to it.</summary>
    private void LeaveWhenAlone()
    {
        if (_closing && !_leaving && _branches.Count == 0 && _unplaced.Count == 0)
        {
            _leaving = true;
            Context.Parent.Tell(new Passivate(RouterHandOff.Instance));
        }
    }

    private void OnRequestWhileClosing(object message)
    {
        if (message is RouterProtocol.GetRouterRtpCapabilities or RouterProtocol.CreateRouter or RouterProtocol.CreateWebRtcTransport
            or PeerProtocol.AttachPeer && _leaving)
        {
            AnsweredElsewhere();
            Context.Parent.Forward(message);
            return;
        }

        Reject(SfuErrorCode.Closed, $"The Router {_id} is closing.");
    }

    private void LingerWhenAbandoned()
    {
        if (_state.IsAbandoned && !_closing)
        {
            Timers.StartSingleTimer(LingerOver.Key, LingerOver.Instance, _node.Options.EmptyRouterLinger);
        }
    }

    private void RejectUnborn() => Reject(SfuErrorCode.NotFound, $"No Router {_id}.");

    private void Forward(TransportEntry transport, IRouterMessage message)
    {
        AnsweredElsewhere();
        transport.Way.Forward(message);
    }

    private void TellBranches(IRouterMessage message)
    {
        foreach (var branch in _branches)
        {
            branch.Tell(message);
        }
    }

    private void Announce(ISessionEvent sessionEvent, PeerId? except)
    {
        foreach (var peer in _state.Peers.Where(peer => peer.Info.PeerId != except))
        {
            peer.Session.Tell(sessionEvent);
        }
    }

    private sealed record LingerOver : INoSerializationVerificationNeeded
    {
        public const string Key = "linger";

        public static readonly LingerOver Instance = new();
    }
}
