using Sfu.Actors.Protocol;

namespace Sfu.Actors.Serialization.Contract;

/// <summary>What Routers are asked.</summary>
internal static class RouterWire
{
    public static void AddTo(WireTableBuilder table) => table
        .Message<RouterProtocol.GetRouterRtpCapabilities>("router/get-router-rtp-capabilities/1", "RequestId:1 RouterId:2")
        .Message<RouterProtocol.CreateRouter>("router/create-router/1", "RequestId:1 RouterId:2 MediaCodecs:3 AppData:4")
        .Message<RouterProtocol.CloseRouter>("router/close-router/1", "RequestId:1 RouterId:2")
        .Message<RouterProtocol.CreateWebRtcTransport>(
            "router/create-web-rtc-transport/1",
            "RequestId:1 RouterId:2 Options:3 PeerId:4 Owner:5 Region:6 Zone:7 Avoid:8")
        .Message<RouterProtocol.ConnectWebRtcTransport>(
            "router/connect-web-rtc-transport/1",
            "RequestId:1 RouterId:2 TransportId:3 DtlsParameters:4")
        .Message<RouterProtocol.RestartIce>("router/restart-ice/1", "RequestId:1 RouterId:2 TransportId:3")
        .Message<RouterProtocol.CloseTransport>("router/close-transport/1", "RequestId:1 RouterId:2 TransportId:3")
        .Message<RouterProtocol.GetTransportStats>("router/get-transport-stats/1", "RequestId:1 RouterId:2 TransportId:3")
        .Message<RouterProtocol.SubscribeTransport>("router/subscribe-transport/1", "RequestId:1 RouterId:2 TransportId:3 Subscriber:4")
        .Message<RouterProtocol.UnsubscribeTransport>("router/unsubscribe-transport/1", "RequestId:1 RouterId:2 TransportId:3 Subscriber:4")
        .Message<RouterProtocol.SetTransportBitrateLimits>(
            "router/set-transport-bitrate-limits/1",
            "RequestId:1 RouterId:2 TransportId:3 MaxIncoming:4 MaxOutgoing:5 MinOutgoing:6")
        .Message<RouterProtocol.EnableTransportTrace>("router/enable-transport-trace/1", "RequestId:1 RouterId:2 TransportId:3 Types:4")
        .Message<RouterProtocol.DumpTransport>("router/dump-transport/1", "RequestId:1 RouterId:2 TransportId:3")
        .Message<RouterProtocol.Produce>(
            "router/produce/1",
            "RequestId:1 RouterId:2 TransportId:3 Kind:4 RtpParameters:5 AppData:6 Paused:7 ProducerId:8 KeyFrameRequestDelayMs:9")
        .Message<RouterProtocol.PauseProducer>("router/pause-producer/1", "RequestId:1 RouterId:2 ProducerId:3")
        .Message<RouterProtocol.ResumeProducer>("router/resume-producer/1", "RequestId:1 RouterId:2 ProducerId:3")
        .Message<RouterProtocol.CloseProducer>("router/close-producer/1", "RequestId:1 RouterId:2 ProducerId:3")
        .Message<RouterProtocol.GetProducerStats>("router/get-producer-stats/1", "RequestId:1 RouterId:2 ProducerId:3")
        .Message<RouterProtocol.EnableProducerTrace>("router/enable-producer-trace/1", "RequestId:1 RouterId:2 ProducerId:3 Types:4")
        .Message<RouterProtocol.Consume>(
            "router/consume/1",
            "RequestId:1 RouterId:2 TransportId:3 ProducerId:4 RtpCapabilities:5 Paused:6 AppData:7 ConsumerId:8 "
            + "PreferredLayers:9 Priority:10 IgnoreDtx:11 EnableRtx:12")
        .Message<RouterProtocol.PauseConsumer>("router/pause-consumer/1", "RequestId:1 RouterId:2 ConsumerId:3")
        .Message<RouterProtocol.ResumeConsumer>("router/resume-consumer/1", "RequestId:1 RouterId:2 ConsumerId:3")
        .Message<RouterProtocol.RequestConsumerKeyFrame>("router/request-consumer-key-frame/1", "RequestId:1 RouterId:2 ConsumerId:3")
        .Message<RouterProtocol.SetConsumerPreferredLayers>(
            "router/set-consumer-preferred-layers/1",
            "RequestId:1 RouterId:2 ConsumerId:3 Layers:4")
        .Message<RouterProtocol.SetConsumerPriority>("router/set-consumer-priority/1", "RequestId:1 RouterId:2 ConsumerId:3 Priority:4")
        .Message<RouterProtocol.CloseConsumer>("router/close-consumer/1", "RequestId:1 RouterId:2 ConsumerId:3")
        .Message<RouterProtocol.GetConsumerStats>("router/get-consumer-stats/1", "RequestId:1 RouterId:2 ConsumerId:3")
        .Message<RouterProtocol.EnableConsumerTrace>("router/enable-consumer-trace/1", "RequestId:1 RouterId:2 ConsumerId:3 Types:4")
        .Message<RouterProtocol.CanConsume>("router/can-consume/1", "RequestId:1 RouterId:2 ProducerId:3 RtpCapabilities:4")
        .Message<RouterProtocol.DumpRouter>("router/dump-router/1", "RequestId:1 RouterId:2");
}
