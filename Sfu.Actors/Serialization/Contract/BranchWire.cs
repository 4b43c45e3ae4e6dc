using Sfu.Actors.Routing;

namespace Sfu.Actors.Serialization.Contract;

/// <summary>Between a Router and its branches.</summary>
internal static class BranchWire
{
    public static void AddTo(WireTableBuilder table) => table
        .Message<BranchProtocol.OpenTransport>(
            "branch/open-transport/1",
            "RequestId:1 RouterId:2 Router:3 Setup:4 Peers:5 TransportId:6 Options:7 PeerId:8 Owner:9 Plain:10 Pipe:11")
        .Message<BranchProtocol.AddProducer>(
            "branch/add-producer/1",
            "RequestId:1 RouterId:2 Producer:3 RtpParameters:4 RtpMapping:5 KeyFrameRequestDelayMs:6")
        .Message<BranchProtocol.AddConsumer>(
            "branch/add-consumer/1",
            "RequestId:1 RouterId:2 TransportId:3 ConsumerId:4 Producer:5 RtpCapabilities:6 Paused:7 AppData:8 PreferredLayers:9 "
            + "Priority:10 IgnoreDtx:11 EnableRtx:12 Source:13")
        .Message<BranchProtocol.EndTransport>("branch/end-transport/1", "RouterId:1 TransportId:2 Reason:3")
        .Message<BranchProtocol.ProducerGone>("branch/producer-gone/1", "RouterId:1 ProducerId:2")
        .Message<BranchProtocol.ProducerPauseChanged>("branch/producer-pause-changed/1", "RouterId:1 ProducerId:2 Paused:3")
        .Message<BranchProtocol.MeasureAudioLevels>("branch/measure-audio-levels/1", "RouterId:1 ProducerId:2 Measure:3")
        .Message<BranchProtocol.AudioLevelsMeasured>("branch/audio-levels-measured/1", "RouterId:1 Producers:2")
        .Message<BranchProtocol.RememberPeer>("branch/remember-peer/1", "RouterId:1 Peer:2")
        .Message<BranchProtocol.ForgetPeer>("branch/forget-peer/1", "RouterId:1 PeerId:2")
        .Message<BranchProtocol.RouterClosing>("branch/router-closing/1", "RouterId:1 Reason:2")
        .Message<BranchProtocol.BranchOpened>("branch/branch-opened/1", "RouterId:1 Branch:2 Node:3")
        .Message<BranchProtocol.AttachBranch>("branch/attach-branch/1", "RouterId:1 Branch:2 Node:3 Snapshot:4")
        .Message<BranchProtocol.BranchAttached>("branch/branch-attached/1", "RouterId:1 Router:2")
        .Message<BranchProtocol.TransportOpened>("branch/transport-opened/1", "RouterId:1 TransportId:2")
        .Message<BranchProtocol.TransportEnded>("branch/transport-ended/1", "RouterId:1 TransportId:2 Reason:3")
        .Message<BranchProtocol.ProducerAdded>("branch/producer-added/1", "RouterId:1 ProducerId:2")
        .Message<BranchProtocol.ProducerEnded>("branch/producer-ended/1", "RouterId:1 ProducerId:2 Reason:3")
        .Message<BranchProtocol.ProducerPauseDone>("branch/producer-pause-done/1", "RouterId:1 ProducerId:2 Paused:3")
        .Message<BranchProtocol.ConsumerAdded>("branch/consumer-added/1", "RouterId:1 ConsumerId:2")
        .Message<BranchProtocol.ConsumerEnded>("branch/consumer-ended/1", "RouterId:1 ConsumerId:2")
        .Record<CarriedTransport>("TransportId:1 Open:2")
        .Record<CarriedProducer>("ProducerId:1 Open:2 Paused:3")
        .Record<CarriedConsumer>("ConsumerId:1 Open:2")
        .Message<ReconcileProtocol.Reconcile>("reconcile/reconcile/1", "RouterId:1 Round:2")
        .Message<ReconcileProtocol.Carries>(
            "reconcile/carries/1", "RouterId:1 Node:2 Branch:3 Round:4 Peers:5 Transports:6 Producers:7 Consumers:8")
        .Message<ReconcileProtocol.EndUnknown>("reconcile/end-unknown/1", "RouterId:1 Transports:2 Producers:3 Consumers:4 Reason:5");
}
