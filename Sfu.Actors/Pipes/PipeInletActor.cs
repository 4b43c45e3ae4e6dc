using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Bridge;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Pipes;

/// <summary>
/// Where Producers of another node come in: child of the branch whose Consumers want them, twin of a plain transport. Asks the other node
/// for an outlet and tells it what is wanted here; ends when the outlet does, and all that crossed with it.
/// </summary>
/// <remarks>
/// <code>
/// listening ── PlainTransportOpened ──▶ asking ── PipeOpened ──▶ connecting ── PlainTransportConnected ──▶ open
///     └───────────── deadline, refused, media fault, outlet or its node gone, branch stopped ─────────────▶ stopped
/// </code>
/// </remarks>
internal sealed class PipeInletActor : UntypedActor, IWithTimers
{
    private const string RepeatTimer = "repeat";
    private const string DeadlineTimer = "deadline";
    private const long ConnectRequest = 0;

    private static readonly TimeSpan _repeatInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _openDeadline = TimeSpan.FromSeconds(10);

    private readonly RouterId _routerId;
    private readonly NodeContext _node;
    private readonly IActorRef _source;
    private readonly TransportHandle _handle;
    private readonly TransportBridge _bridge;
    private readonly Dictionary<ProducerId, Incoming> _incoming = [];
    private PlainTransportParameters? _local;
    private PipeProtocol.PipeOpened? _remote;
    private bool _open;
    private long _version;
    private long _heard;
    private long _lastRequest = ConnectRequest;

    /// <param name="routerId">Whose.</param>
    /// <param name="node">This node.</param>
    /// <param name="source">The Router's branch on the other node, or the node, which knows it.</param>
    public PipeInletActor(RouterId routerId, NodeContext node, IActorRef source)
    {
        _routerId = routerId;
        _node = node;
        _source = source;
        _handle = node.Media.NewTransportHandle();
        _bridge = new TransportBridge(Self, new PathMailbox(Self));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(RouterId routerId, NodeContext node, IActorRef source) =>
        ActorFactory<PipeInletActor>.Props(() => new PipeInletActor(routerId, node, source));

    protected override void PreStart()
    {
        _node.Media.OpenPlainTransport(_handle, PipeSettings.Of(_node.Options.Pipe), _bridge);
        Timers.StartSingleTimer(DeadlineTimer, OpenDeadline.Instance, _openDeadline);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case PipeCommands.Want want:
                if (_incoming.TryAdd(want.Producer.ProducerId, new Incoming(want.Producer, ++_lastRequest, _version + 1)))
                {
                    TellWants();
                }

                break;
            case PipeCommands.Drop drop:
                if (Forget(drop.ProducerId))
                {
                    TellWants();
                }

                break;
            case PipeCommands.SetPaused set:
                SetPaused(set);
                break;
            case PipeProtocol.PipeOpened opened:
                OnPipeOpened(opened);
                break;
            case PipeAddress.Resolved resolved when _remote is { } remote:
                _node.Media.ConnectPlainTransport(_handle, ConnectRequest, new PlainRemote(resolved.Ip, remote.Rtp.Port, null, remote.Srtp));
                break;
            case PipeAddress.Unknown unknown:
                End(new SfuError(SfuErrorCode.Unavailable, $"The other end of the pipe cannot be reached. {unknown.Reason}"));
                break;
            case PipeProtocol.WantsHeard heard:
                _heard = Math.Max(_heard, heard.Version);
                StopRepeatingWhenHeard();
                break;
            case PipeProtocol.ProducerPiped piped:
                OnPiped(piped);
                break;
            case PipeProtocol.ProducerUnpiped unpiped when Follows(unpiped.ProducerId, unpiped.Version):
                Lose(unpiped.ProducerId, new SfuError(SfuErrorCode.Closed, $"The Producer {unpiped.ProducerId} is closed."));
                break;
            case PipeProtocol.ProducerUnpiped:
                break;
            case Rejected rejected:
                End(rejected.Error);
                break;
            case MediaEvents.IMediaEvent mediaEvent:
                OnMediaEvent(mediaEvent);
                break;
            case Repeat:
                OnRepeat();
                break;
            case OpenDeadline:
                End(new SfuError(SfuErrorCode.Unavailable, "The node of the Producer did not answer."));
                break;
            case Terminated:
                End(new SfuError(SfuErrorCode.Closed, "The other end of the pipe is gone."));
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void PostStop()
    {
        _bridge.Mute();
        _node.Media.CloseTransport(_handle);
    }

    private void OnMediaEvent(MediaEvents.IMediaEvent mediaEvent)
    {
        switch (mediaEvent)
        {
            case MediaEvents.PlainTransportOpened opened:
                _local = opened.Parameters;
                AskForOutlet();
                Timers.StartPeriodicTimer(RepeatTimer, Repeat.Instance, _repeatInterval);
                break;
            case MediaEvents.PlainTransportConnected:
                _open = true;
                Timers.Cancel(DeadlineTimer);
                TellWants();
                break;
            case MediaEvents.ProducerAdded added when Find(added.Producer) is { } incoming:
                Context.Parent.Tell(new PipeCommands.Arrived(Self, incoming.Producer.ProducerId, added.Producer));
                break;
            case MediaEvents.RequestFailed { RequestId: ConnectRequest } failed:
                End(failed.Error.ToSfuError());
                break;
            case MediaEvents.RequestFailed failed when FindRequest(failed.RequestId) is { } incoming:
                Lose(incoming.Producer.ProducerId, failed.Error.ToSfuError());
                break;
            case MediaEvents.ProducerClosed closed when Find(closed.Producer) is { } incoming:
                Lose(incoming.Producer.ProducerId, closed.Error?.ToSfuError() ?? new SfuError(SfuErrorCode.Closed, "The Producer is closed."));
                break;
            case MediaEvents.MediaChanged:
                OnDemands();
                break;
            case MediaEvents.TransportClosed closed:
                End(closed.Error?.ToSfuError() ?? new SfuError(SfuErrorCode.Fault, "The pipe's transport closed."));
                break;
        }
    }

    private void AskForOutlet() => _source.Tell(new PipeProtocol.OpenPipe(0, _routerId, Self, _local!.Rtp, _local.Srtp!));

    private void OnPipeOpened(PipeProtocol.PipeOpened opened)
    {
        if (_remote is not null)
        {
            return;
        }

        Context.Watch(opened.Outlet);
        _remote = opened;
        PipeAddress.Resolve(opened.Rtp, Self);
    }

    private void OnPiped(PipeProtocol.ProducerPiped piped)
    {
        if (!Follows(piped.ProducerId, piped.Version) || !_incoming.TryGetValue(piped.ProducerId, out var incoming) || incoming.IsKnown)
        {
            return;
        }

        var record = incoming.Producer;
        incoming.Handle = _node.Media.NewProducerHandle();
        _node.Media.AddProducer(
            _handle,
            incoming.Request,
            incoming.Handle.Value,
            new ProducerSettings(
                record.ProducerId.Value,
                record.Kind,
                piped.RtpParameters,
                new RtpMapping { Codecs = [.. piped.RtpParameters.Codecs.Select(static codec => new RtpCodecMapping(codec.PayloadType, codec.PayloadType))] },
                record.Consumable,
                record.Paused,
                KeyFrameRequestDelayMs: 0,
                ReportsDemand: true));
    }

    /// <summary>What is wanted here has changed.</summary>
    private void OnDemands()
    {
        var changed = false;
        foreach (var (producer, wanted) in _bridge.TakeMedia().Demands)
        {
            if (Find(producer) is { } incoming && incoming.Wanted != wanted)
            {
                incoming.Wanted = wanted;
                changed = true;
            }
        }

        if (changed)
        {
            TellWants();
        }
    }

    private void SetPaused(PipeCommands.SetPaused set)
    {
        if (!_incoming.TryGetValue(set.ProducerId, out var incoming) || incoming.Producer.Paused == set.Paused)
        {
            return;
        }

        incoming.Producer = incoming.Producer with { Paused = set.Paused };
        if (incoming.Handle is not { } handle)
        {
            return;
        }

        if (set.Paused)
        {
            _node.Media.PauseProducer(handle);
        }
        else
        {
            _node.Media.ResumeProducer(handle);
        }
    }

    private void TellWants()
    {
        _version++;
        if (_open)
        {
            SendWants();
            Timers.StartPeriodicTimer(RepeatTimer, Repeat.Instance, _repeatInterval);
        }
    }

    private void SendWants() => _source.Tell(new PipeProtocol.WantProducers(
        _routerId,
        Self,
        _version,
        [
            .. _incoming.Values.Select(static incoming => new WantedProducer(
                incoming.Producer.ProducerId, incoming.Wanted.Encodings, incoming.IsKnown, incoming.Wanted.Targets)),
        ]));

    private void OnRepeat()
    {
        if (_open)
        {
            SendWants();
        }
        else if (_remote is null)
        {
            AskForOutlet();
        }
    }

    /// <summary>Also a Producer that was heard to come may still have to be heard of: the answer that names its streams may be what was lost.</summary>
    private void StopRepeatingWhenHeard()
    {
        if (_heard == _version && _incoming.Values.All(static incoming => incoming.IsKnown))
        {
            Timers.Cancel(RepeatTimer);
        }
    }

    private void Lose(ProducerId id, SfuError error)
    {
        if (Forget(id))
        {
            Context.Parent.Tell(new PipeCommands.Lost(Self, id, error));
            TellWants();
        }
    }

    /// <summary>Its Consumers on this node end with it. False when it was not there.</summary>
    private bool Forget(ProducerId id)
    {
        if (!_incoming.Remove(id, out var incoming))
        {
            return false;
        }

        if (incoming.Handle is { } handle)
        {
            _node.Media.CloseProducer(handle);
        }

        return true;
    }

    /// <summary>False for what was said before it was wanted (again).</summary>
    private bool Follows(ProducerId id, long version) => _incoming.TryGetValue(id, out var incoming) && version >= incoming.Since;

    private void End(SfuError error)
    {
        Context.Parent.Tell(new PipeCommands.InletEnded(Self, error));
        Context.GetLogger().Warning("The pipe of Router {RouterId} from {Source} ended: {Reason}", _routerId, _source.Path, error.Reason);
        Context.Stop(Self);
    }

    private Incoming? Find(ProducerHandle handle) => _incoming.Values.FirstOrDefault(incoming => incoming.Handle == handle);

    private Incoming? FindRequest(long request) => _incoming.Values.FirstOrDefault(incoming => incoming.Request == request);

    /// <summary>A Producer that crosses, or is about to.</summary>
    /// <param name="producer">As the Router's Consumers know it.</param>
    /// <param name="request">By which the media plane answers for it.</param>
    /// <param name="since">The version of what is wanted that named it first.</param>
    private sealed class Incoming(ProducerRecord producer, long request, long since)
    {
        public ProducerRecord Producer { get; set; } = producer;

        public long Request { get; } = request;

        public long Since { get; } = since;

        public ProducerHandle? Handle { get; set; }

        public WantedLayers Wanted { get; set; }

        public bool IsKnown => Handle is not null;
    }

    private sealed record Repeat : INoSerializationVerificationNeeded
    {
        public static readonly Repeat Instance = new();
    }

    private sealed record OpenDeadline : INoSerializationVerificationNeeded
    {
        public static readonly OpenDeadline Instance = new();
    }
}
