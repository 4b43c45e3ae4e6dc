using Akka.Actor;
using Sfu.Actors.Bridge;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>One WebRtcTransport: a transport by ICE and DTLS, child of its WebRtcServer.</summary>
internal sealed class WebRtcTransportActor(TransportSeed seed, ServerHandle server, TransportSettings settings)
    : TransportActor(seed, new ClientConsumerOffers(seed.Ortc))
{
    protected override CloseReason ParentClosed => CloseReason.ListenServerClosed;

    protected override bool MayProduce => State.IsConnectRequested;

    /// <param name="seed">What every transport is born with.</param>
    /// <param name="server">Its listening server.</param>
    /// <param name="settings">For its media twin.</param>
    public static Props Props(TransportSeed seed, ServerHandle server, TransportSettings settings) =>
        ActorFactory<WebRtcTransportActor>.Props(() => new WebRtcTransportActor(seed, server, settings));

    protected override void OpenTwin() => Media.OpenTransport(Handle, server, settings, Bridge);

    protected override bool TryAnswer(IRequest request)
    {
        switch (request)
        {
            case RouterProtocol.ConnectWebRtcTransport connect:
                Connect(connect, number => Media.ConnectTransport(Handle, number, connect.DtlsParameters));
                return true;
            case RouterProtocol.RestartIce:
                AskMedia(request, number => Media.RestartIce(Handle, number));
                return true;
            default:
                return false;
        }
    }

    protected override void OnOwnMediaEvent(MediaEvents.IMediaEvent mediaEvent)
    {
        switch (mediaEvent)
        {
            case MediaEvents.TransportOpened opened:
                if (Opened(id => new TransportCreated(id, Id, Self, opened.IceParameters, opened.IceCandidates, opened.DtlsParameters)))
                {
                    Context.Parent.Tell(new TransportCommands.Listening(RouterId));
                }

                break;
            case MediaEvents.Connected connected:
                Settle(connected.RequestId, request => [new Letter(request.Asker, new TransportConnected(request.RequestId, connected.LocalRole))]);
                break;
            case MediaEvents.IceRestarted restarted:
                Settle(restarted.RequestId, request => [new Letter(request.Asker, new IceRestarted(request.RequestId, restarted.IceParameters))]);
                break;
            case MediaEvents.DtlsStateChanged changed:
                ReportWaiting();
                Notify(new SessionEvents.DtlsStateChanged(RouterId, Id, changed.State));
                break;
        }
    }

    protected override IDumpTransportReply Dump(long requestId, TransportBooks books)
    {
        var paths = Audience.Paths;
        return new WebRtcTransportDump(
            requestId,
            Id,
            PeerId,
            paths.IceState,
            paths.DtlsState,
            paths.SelectedTuple,
            books.Limits,
            books.Traced,
            books.Producers,
            books.Consumers,
            books.MustMoveWithinMs);
    }
}
