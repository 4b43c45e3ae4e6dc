using Sfu.Actors.Bridge;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;
using Sfu.Media.Srtp;

namespace Sfu.Actors.Transports;

/// <summary>
/// A transport without ICE and DTLS, child of the node: its twin has UDP sockets of its own, and what both sides need to know of each other
/// goes by whoever made it.
/// </summary>
internal abstract class RtpTransportActor(TransportSeed seed, PlainTransportSettings settings, IConsumerOffers offers) : TransportActor(seed, offers)
{
    protected override CloseReason ParentClosed => CloseReason.NodeClosed;

    protected override bool MayProduce => true;

    protected override void OpenTwin() => Media.OpenPlainTransport(Handle, settings, Bridge);

    protected void Connect(IRequest connect, PlainRemote remote) => Connect(connect, number => Media.ConnectPlainTransport(Handle, number, remote));

    protected override void OnOwnMediaEvent(MediaEvents.IMediaEvent mediaEvent)
    {
        switch (mediaEvent)
        {
            case MediaEvents.PlainTransportOpened { Parameters: var local }:
                Opened(id => new PlainTransportCreated(id, Id, Self, local.Rtp, local.Rtcp, local.Srtp));
                break;
            case MediaEvents.PlainTransportConnected connected:
                ReportWaiting();
                Settle(connected.RequestId, request =>
                {
                    var paths = Audience.Paths;
                    return [new Letter(request.Asker, new PlainTransportConnected(request.RequestId, paths.SelectedTuple, paths.RtcpTuple))];
                });
                break;
        }
    }

    protected PlainTransportDump Dump(long requestId, TransportBooks books, TransportKind kind, bool rtx)
    {
        var paths = Audience.Paths;
        return new PlainTransportDump(
            requestId,
            Id,
            kind,
            PeerId,
            settings.RtcpMux,
            settings.Comedia,
            rtx,
            settings.Srtp == SrtpProfile.None ? null : settings.Srtp.CryptoSuiteName(),
            paths.SelectedTuple,
            paths.RtcpTuple,
            books.Limits,
            books.Traced,
            books.Producers,
            books.Consumers);
    }
}
