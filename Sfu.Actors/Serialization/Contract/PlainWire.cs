using Sfu.Actors.Protocol;
using Sfu.Actors.Transports;

namespace Sfu.Actors.Serialization.Contract;

/// <summary>Transports without ICE and DTLS, and what their ends tell each other.</summary>
internal static class PlainWire
{
    public static void AddTo(WireTableBuilder table) => table
        .Record<PlainTransportOptions>("ListenInfo:1 RtcpListenInfo:2 RtcpMux:3 Comedia:4 EnableSrtp:5 SrtpCryptoSuite:6 AppData:7")
        .Record<PipeTransportOptions>("ListenInfo:1 EnableRtx:2 EnableSrtp:3 AppData:4")
        .Message<RouterProtocol.CreatePlainTransport>("router/create-plain-transport/1", "RequestId:1 RouterId:2 Options:3 PeerId:4 Owner:5")
        .Message<RouterProtocol.ConnectPlainTransport>(
            "router/connect-plain-transport/1", "RequestId:1 RouterId:2 TransportId:3 Ip:4 Port:5 RtcpPort:6 SrtpParameters:7")
        .Message<RouterProtocol.CreatePipeTransport>("router/create-pipe-transport/1", "RequestId:1 RouterId:2 Options:3 Owner:4")
        .Message<RouterProtocol.ConnectPipeTransport>(
            "router/connect-pipe-transport/1", "RequestId:1 RouterId:2 TransportId:3 Ip:4 Port:5 SrtpParameters:6")
        .Message<RouterProtocol.PipeToRouter>(
            "router/pipe-to-router/1", "RequestId:1 RouterId:2 ProducerId:3 TargetRouterId:4 ListenInfo:5 EnableSrtp:6 EnableRtx:7 KeepId:8")
        .Message<PlainTransportCreated>("reply/plain-transport-created/1", "RequestId:1 TransportId:2 Transport:3 Tuple:4 RtcpTuple:5 SrtpParameters:6")
        .Message<PlainTransportConnected>("reply/plain-transport-connected/1", "RequestId:1 Tuple:2 RtcpTuple:3")
        .Message<PipedToRouter>("reply/piped-to-router/1", "RequestId:1 PipeConsumerId:2 PipeProducerId:3")
        .Message<PlainTransportDump>(
            "reply/plain-transport-dump/1",
            "RequestId:1 TransportId:2 Kind:3 PeerId:4 RtcpMux:5 Comedia:6 Rtx:7 SrtpCryptoSuite:8 Tuple:9 RtcpTuple:10 Limits:11 Traced:12 "
            + "Producers:13 Consumers:14")
        .Message<PipeEndProtocol.JoinEnds>("end/join-ends/1", "RequestId:1 RouterId:2 TransportId:3 OtherEnd:4 OtherRouterId:5 OtherTransportId:6 IsNear:7")
        .Message<PipeEndProtocol.DescribeEnd>("end/describe-end/1", "RequestId:1 RouterId:2 TransportId:3")
        .Message<PipeEndProtocol.EndDescribed>("reply/end-described/1", "RequestId:1 End:2 Joined:3")
        .Message<PipeEndProtocol.TieConsumer>("end/tie-consumer/1", "RequestId:1 RouterId:2 TransportId:3 ConsumerId:4 PipedId:5 Paused:6")
        .Message<PipeEndProtocol.TieProducer>("end/tie-producer/1", "RequestId:1 RouterId:2 TransportId:3 PipedId:4 ConsumerId:5")
        .Message<PipeEndProtocol.SourcePauseChanged>("end/source-pause-changed/1", "PipedId:1 Paused:2")
        .Message<PipeEndProtocol.SourceClosed>("end/source-closed/1", "PipedId:1")
        .Message<PipeEndProtocol.PipedClosed>("end/piped-closed/1", "ConsumerId:1");
}
