using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>One end of a pipe between two Routers: what it consumes leaves with all its encodings, for the other end to produce.</summary>
internal sealed class PipeTransportActor(TransportSeed seed, PlainTransportSettings settings, bool enableRtx)
    : RtpTransportActor(seed, settings, new PipeConsumerOffers(seed.Ortc, enableRtx))
{
    public static Props Props(TransportSeed seed, PlainTransportSettings settings, bool enableRtx) =>
        ActorFactory<PipeTransportActor>.Props(() => new PipeTransportActor(seed, settings, enableRtx));

    protected override bool TryAnswer(IRequest request)
    {
        if (request is not RouterProtocol.ConnectPipeTransport connect)
        {
            return false;
        }

        Connect(connect, new PlainRemote(connect.Ip, connect.Port, null, connect.SrtpParameters));
        return true;
    }

    protected override IDumpTransportReply Dump(long requestId, TransportBooks books) => Dump(requestId, books, TransportKind.Pipe, enableRtx);
}
