using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>One PlainTransport: RTP as it comes, for programs that speak neither ICE nor DTLS.</summary>
internal sealed class PlainTransportActor(TransportSeed seed, PlainTransportSettings settings)
    : RtpTransportActor(seed, settings, new ClientConsumerOffers(seed.Ortc))
{
    public static Props Props(TransportSeed seed, PlainTransportSettings settings) =>
        ActorFactory<PlainTransportActor>.Props(() => new PlainTransportActor(seed, settings));

    protected override bool TryAnswer(IRequest request)
    {
        if (request is not RouterProtocol.ConnectPlainTransport connect)
        {
            return false;
        }

        Connect(connect, new PlainRemote(connect.Ip, connect.Port ?? 0, connect.RtcpPort, connect.SrtpParameters));
        return true;
    }

    protected override IDumpTransportReply Dump(long requestId, TransportBooks books) => Dump(requestId, books, TransportKind.Plain, rtx: false);
}
