using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>
/// One end of a pipe between two Routers: what it consumes leaves with all its encodings, for the other end to produce. Where the ends are
/// joined, they end together, wherever they are, and keep what crosses in step without their Routers' help.
/// </summary>
internal sealed class PipeTransportActor : RtpTransportActor
{
    private readonly bool _enableRtx;
    private readonly PipeMirror _mirror = new();
    private PipeEndProtocol.JoinEnds? _joined;

    public PipeTransportActor(TransportSeed seed, PlainTransportSettings settings, bool enableRtx)
        : base(seed, settings, new PipeConsumerOffers(seed.Ortc, enableRtx))
    {
        _enableRtx = enableRtx;
        Audience.Mirror = _mirror;
    }

    public static Props Props(TransportSeed seed, PlainTransportSettings settings, bool enableRtx) =>
        ActorFactory<PipeTransportActor>.Props(() => new PipeTransportActor(seed, settings, enableRtx));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case PipeEndProtocol.SourcePauseChanged changed:
                Send(Producers.SetPaused(changed.PipedId, changed.Paused));
                break;
            case PipeEndProtocol.SourceClosed closed:
                _mirror.Untie(closed.PipedId);
                Send(Producers.Close(closed.PipedId, CloseReason.ProducerClosed));
                break;
            case PipeEndProtocol.PipedClosed closed:
                _mirror.Untie(closed.ConsumerId);
                Send(Consumers.Close(closed.ConsumerId, CloseReason.PipeClosed));
                break;
            default:
                base.OnReceive(message);
                break;
        }
    }

    protected override bool TryAnswer(IRequest request)
    {
        switch (request)
        {
            case RouterProtocol.ConnectPipeTransport connect:
                Connect(connect, new PlainRemote(connect.Ip, connect.Port, null, connect.SrtpParameters));
                return true;
            case PipeEndProtocol.JoinEnds join:
                _joined = join;
                _mirror.OtherEnd = Context.Watch(join.OtherEnd);
                Reply(new Done(join.RequestId));
                return true;
            case PipeEndProtocol.DescribeEnd when _joined is { } joined:
                Reply(new PipeEndProtocol.EndDescribed(request.RequestId, Self, joined));
                return true;
            case PipeEndProtocol.DescribeEnd:
                Reject(SfuErrorCode.InvalidState, "The end is not joined to another.");
                return true;
            case PipeEndProtocol.TieConsumer tie:
                OnTie(tie);
                return true;
            case PipeEndProtocol.TieProducer tie when Producers.IsOpen(tie.PipedId):
                _mirror.Tie(tie.PipedId, tie.ConsumerId);
                Reply(new Done(tie.RequestId));
                return true;
            case PipeEndProtocol.TieProducer tie:
                Reject(SfuErrorCode.Closed, $"The piped Producer {tie.PipedId} closed meanwhile.");
                return true;
            default:
                return false;
        }
    }

    protected override void OnTerminated(IActorRef actor)
    {
        if (actor.Equals(_mirror.OtherEnd))
        {
            Close(CloseReason.PipeClosed);
        }
        else
        {
            base.OnTerminated(actor);
        }
    }

    protected override IDumpTransportReply Dump(long requestId, TransportBooks books) => Dump(requestId, books, TransportKind.Pipe, _enableRtx);

    private void OnTie(PipeEndProtocol.TieConsumer tie)
    {
        if (Consumers.IsProducerPaused(tie.ConsumerId) is not { } paused)
        {
            Reject(SfuErrorCode.Closed, $"The Consumer {tie.ConsumerId} closed meanwhile.");
            return;
        }

        _mirror.Tie(tie.ConsumerId, tie.PipedId);
        if (paused != tie.Paused)
        {
            _mirror.OtherEnd?.Tell(new PipeEndProtocol.SourcePauseChanged(tie.PipedId, paused));
        }

        Reply(new Done(tie.RequestId));
    }
}
