using Sfu.Actors.Protocol;

namespace Sfu.Actors.Serialization.Contract;

/// <summary>Answers.</summary>
internal static class ReplyWire
{
    public static void AddTo(WireTableBuilder table) => table
        .Message<Rejected>("reply/rejected/1", "RequestId:1 Error:2")
        .Message<Done>("reply/done/1", "RequestId:1")
        .Message<RouterRtpCapabilities>("reply/router-rtp-capabilities/1", "RequestId:1 RtpCapabilities:2")
        .Message<RouterCreated>("reply/router-created/1", "RequestId:1 RouterId:2 RtpCapabilities:3")
        .Message<TransportCreated>(
            "reply/transport-created/1",
            "RequestId:1 TransportId:2 Transport:3 IceParameters:4 IceCandidates:5 DtlsParameters:6")
        .Message<TransportConnected>("reply/transport-connected/1", "RequestId:1 LocalRole:2")
        .Message<IceRestarted>("reply/ice-restarted/1", "RequestId:1 IceParameters:2")
        .Message<TransportSubscribed>("reply/transport-subscribed/1", "RequestId:1 Transport:2")
        .Message<Produced>("reply/produced/1", "RequestId:1 ProducerId:2 Type:3")
        .Message<Consumed>(
            "reply/consumed/1",
            "RequestId:1 ConsumerId:2 ProducerId:3 ProducerPeerId:4 Kind:5 Type:6 RtpParameters:7 Paused:8 ProducerPaused:9 "
            + "ProducerAppData:10 PreferredLayers:11 Score:12")
        .Message<Stats>("reply/stats/1", "RequestId:1 Entries:2")
        .Message<CanConsumeAnswer>("reply/can-consume-answer/1", "RequestId:1 CanConsume:2")
        .Message<PeerAttached>("reply/peer-attached/1", "RequestId:1 RtpCapabilities:2 Peers:3 Producers:4 Transports:5")
        .Message<RouterDump>(
            "reply/router-dump/1",
            "RequestId:1 RouterId:2 Exists:3 Branches:4 Peers:5 Transports:6 Producers:7 Consumers:8")
        .Message<WebRtcTransportDump>(
            "reply/web-rtc-transport-dump/1",
            "RequestId:1 TransportId:2 PeerId:3 IceState:4 DtlsState:5 SelectedTuple:6 Limits:7 Traced:8 Producers:9 Consumers:10 MustMoveWithinMs:11")
        .Message<ObserverCreated>("reply/observer-created/1", "RequestId:1 ObserverId:2");
}
