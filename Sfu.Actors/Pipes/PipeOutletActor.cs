using System.Collections.Immutable;
using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Bridge;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Pipes;

/// <summary>
/// Where Producers of this node leave for another one: child of the branch that carries them, twin of a plain transport. Follows what the
/// inlet wants; ends when the inlet does.
/// </summary>
/// <remarks>A Producer crosses as a paused consumer for each of its encodings, which runs while somebody beyond the pipe wants it.</remarks>
internal sealed class PipeOutletActor : UntypedActor
{
    private const long ConnectRequest = 0;

    private readonly NodeContext _node;
    private readonly PipeProtocol.OpenPipe _open;
    private readonly TransportHandle _handle;
    private readonly TransportBridge _bridge;
    private readonly Dictionary<ProducerId, Outgoing> _outgoing = [];
    private readonly Dictionary<long, Outgoing> _adding = [];
    private readonly Dictionary<ConsumerHandle, Outgoing> _consumers = [];
    private PlainTransportParameters? _local;
    private bool _connected;
    private long _version;
    private long _lastRequest = ConnectRequest;

    public PipeOutletActor(NodeContext node, PipeProtocol.OpenPipe open)
    {
        _node = node;
        _open = open;
        _handle = node.Media.NewTransportHandle();
        _bridge = new TransportBridge(Self, new PathMailbox(Self));
    }

    public static Props Props(NodeContext node, PipeProtocol.OpenPipe open) =>
        ActorFactory<PipeOutletActor>.Props(() => new PipeOutletActor(node, open));

    protected override void PreStart()
    {
        Context.Watch(_open.Inlet);
        _node.Media.OpenPlainTransport(_handle, PipeSettings.Of(_node.Options.Pipe), _bridge);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case PipeCommands.Follow follow:
                OnFollow(follow);
                break;
            case PipeCommands.OpenAgain:
                TellOpened();
                break;
            case MediaEvents.IMediaEvent mediaEvent:
                OnMediaEvent(mediaEvent);
                break;
            case PipeAddress.Resolved resolved:
                _node.Media.ConnectPlainTransport(_handle, ConnectRequest, new PlainRemote(resolved.Ip, _open.Rtp.Port, null, _open.Srtp));
                break;
            case PipeAddress.Unknown unknown:
                End(unknown.Reason);
                break;
            case Terminated:
                Context.Stop(Self);
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
                PipeAddress.Resolve(_open.Rtp, Self);
                break;
            case MediaEvents.PlainTransportConnected:
                _connected = true;
                TellOpened();
                break;
            case MediaEvents.ConsumerAdded added when _adding.Remove(added.RequestId, out var outgoing):
                OnAdded(outgoing);
                break;
            case MediaEvents.RequestFailed { RequestId: ConnectRequest } failed:
                End(failed.Error.Reason);
                break;
            case MediaEvents.RequestFailed failed when _adding.Remove(failed.RequestId, out var outgoing):
                Unpipe(outgoing);
                break;
            case MediaEvents.ConsumerClosed closed when _consumers.TryGetValue(closed.Consumer, out var outgoing):
                Unpipe(outgoing);
                break;
            case MediaEvents.TransportClosed closed:
                End(closed.Error?.Reason ?? "its transport closed");
                break;
        }
    }

    private void TellOpened()
    {
        if (_connected)
        {
            _open.Inlet.Tell(new PipeProtocol.PipeOpened(Self, _local!.Rtp, _local.Srtp!));
        }
    }

    private void OnFollow(PipeCommands.Follow follow)
    {
        var wanted = follow.Wanted;
        if (wanted.Version < _version)
        {
            return;
        }

        _version = wanted.Version;
        foreach (var outgoing in _outgoing.Values.Where(outgoing => wanted.Wants.All(want => want.ProducerId != outgoing.ProducerId)).ToArray())
        {
            Forget(outgoing);
        }

        foreach (var want in wanted.Wants)
        {
            if (_outgoing.TryGetValue(want.ProducerId, out var outgoing))
            {
                Run(outgoing, want.Encodings, want.Targets == 0 ? WantedLayers.AllTargets : want.Targets);
                TellPiped(outgoing, want.IsKnown);
            }
            else if (follow.Sources.TryGetValue(want.ProducerId, out var source) && !want.IsKnown)
            {
                Add(source);
            }
            else
            {
                _open.Inlet.Tell(new PipeProtocol.ProducerUnpiped(_version, want.ProducerId));
            }
        }

        _open.Inlet.Tell(new PipeProtocol.WantsHeard(_version));
    }

    private void Add(PipeCommands.Source source)
    {
        var id = source.Producer.ProducerId;
        var parameters = _node.Ortc.GetPipeParameters(source.Producer.Consumable, enableRtx: true);
        var outgoing = new Outgoing(id, parameters, [.. parameters.Encodings.Select(_ => _node.Media.NewConsumerHandle())]);
        _outgoing.Add(id, outgoing);
        for (var i = 0; i < outgoing.Consumers.Length; i++)
        {
            var request = ++_lastRequest;
            var consumer = outgoing.Consumers[i];
            _adding.Add(request, outgoing);
            _consumers.Add(consumer, outgoing);
            _node.Media.AddConsumer(
                _handle,
                request,
                consumer,
                source.Handle,
                new ConsumerSettings(
                    $"{id}/{i}",
                    source.Producer.Kind,
                    parameters with { Encodings = [parameters.Encodings[i]] },
                    Paused: true,
                    ConsumerType.Pipe,
                    Encoding: i));
        }
    }

    private void OnAdded(Outgoing outgoing)
    {
        if (++outgoing.Added == outgoing.Consumers.Length && _outgoing.ContainsKey(outgoing.ProducerId))
        {
            TellPiped(outgoing, isKnown: false);
        }
    }

    private void TellPiped(Outgoing outgoing, bool isKnown)
    {
        if (!isKnown && outgoing.Added == outgoing.Consumers.Length)
        {
            _open.Inlet.Tell(new PipeProtocol.ProducerPiped(_version, outgoing.ProducerId, outgoing.RtpParameters));
        }
    }

    private void Run(Outgoing outgoing, int encodings, int targets)
    {
        // Where nothing is to cross it does not matter what that would be.
        if (encodings != 0 && targets != outgoing.Targets)
        {
            outgoing.Targets = targets;
            foreach (var consumer in outgoing.Consumers)
            {
                _node.Media.SetPipedTargets(consumer, targets);
            }
        }

        for (var i = 0; i < outgoing.Consumers.Length; i++)
        {
            var bit = 1 << i;
            if ((encodings & bit) == (outgoing.Running & bit))
            {
                continue;
            }

            if ((encodings & bit) != 0)
            {
                _node.Media.ResumeConsumer(outgoing.Consumers[i]);
            }
            else
            {
                _node.Media.PauseConsumer(outgoing.Consumers[i]);
            }
        }

        outgoing.Running = encodings;
    }

    private void Unpipe(Outgoing outgoing)
    {
        if (Forget(outgoing))
        {
            _open.Inlet.Tell(new PipeProtocol.ProducerUnpiped(_version, outgoing.ProducerId));
        }
    }

    /// <summary>False when it was forgotten before.</summary>
    private bool Forget(Outgoing outgoing)
    {
        foreach (var consumer in outgoing.Consumers)
        {
            if (_consumers.Remove(consumer))
            {
                _node.Media.CloseConsumer(consumer);
            }
        }

        return _outgoing.TryGetValue(outgoing.ProducerId, out var there) && ReferenceEquals(there, outgoing) && _outgoing.Remove(outgoing.ProducerId);
    }

    private void End(string reason)
    {
        if (!_connected)
        {
            _open.Inlet.Tell(new Rejected(_open.RequestId, SfuErrorCode.Unavailable, $"The Producer's node could not open a pipe: {reason}"));
        }

        Context.GetLogger().Warning("The pipe of Router {RouterId} to {Inlet} ended: {Reason}", _open.RouterId, _open.Inlet.Path, reason);
        Context.Stop(Self);
    }

    /// <summary>A Producer on its way out.</summary>
    /// <param name="producerId">Which.</param>
    /// <param name="rtpParameters">Its streams on the pipe.</param>
    /// <param name="consumers">One for each encoding, in order.</param>
    private sealed class Outgoing(ProducerId producerId, RtpParameters rtpParameters, ImmutableArray<ConsumerHandle> consumers)
    {
        public ProducerId ProducerId { get; } = producerId;

        public RtpParameters RtpParameters { get; } = rtpParameters;

        public ImmutableArray<ConsumerHandle> Consumers { get; } = consumers;

        /// <summary>How many the media plane has.</summary>
        public int Added { get; set; }

        /// <summary>Bit i: encoding i runs.</summary>
        public int Running { get; set; }

        /// <summary>Bit 4·s + t: the consumers have been told to pass on that decode target.</summary>
        public int Targets { get; set; } = WantedLayers.AllTargets;
    }
}
