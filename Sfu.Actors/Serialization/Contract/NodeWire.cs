using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Actors.Serialization.Contract;

/// <summary>What single nodes are asked, and what subscribers of their WebRtcServers are told.</summary>
internal static class NodeWire
{
    public static void AddTo(WireTableBuilder table) => table
        .Record<ServerHandle>("Slot:1 Generation:2")
        .Record<TransportHandle>("Slot:1 Generation:2")
        .Record<ProducerHandle>("Slot:1 Generation:2")
        .Record<ConsumerHandle>("Slot:1 Generation:2")
        .Record<ServerDump>("Handle:1 ListenInfos:2 Transports:3 Closing:4")
        .Record<ProducerDump>("Handle:1 Id:2 Kind:3 Paused:4 Ssrcs:5 Consumers:6 Scores:7")
        .Record<ConsumerDump>("Handle:1 Id:2 Producer:3 Kind:4 Paused:5 Ssrc:6 Score:7 PreferredLayers:8 CurrentLayers:9")
        .Record<PathDump>("Estimate:1 Target:2 IsMeasured:3 QueueDelayUs:4 LossShare:5 RttUs:6 PacketsWaiting:7")
        .Record<TransportDump>("Handle:1 IceState:2 DtlsState:3 SelectedTuple:4 Tuples:5 Producers:6 Consumers:7 Path:8")
        .Record<ThreadDump>(
            "Index:1 Transports:2 DatagramsIn:3 MessagesIn:4 DatagramsOut:5 MessagesOut:6 DatagramsDropped:7 PacketsPassedIn:8 PassesRefused:9 "
            + "Niceness:10")
        .Record<MediaPlaneDump>(
            "Servers:1 Transports:2 Ufrags:3 Tuples:4 TcpConnections:5 DtlsSessions:6 SrtpSessions:7 BuffersInUse:8 Timers:9 Threads:10")
        .Record<NodeProtocol.NodeServerDump>("ServerId:1 Bound:2 Transports:3")
        .Record<NodeProtocol.NodePipeDump>("Node:1 IsInlet:2 Producers:3")
        .Record<NodeProtocol.NodeBranchDump>("RouterId:1 Orphaned:2 Transports:3 Pipes:4")
        .Message<NodeProtocol.DumpNode>("node/dump-node/1", "RequestId:1 FirstTransport:2 MaxObjects:3")
        .Message<NodeProtocol.OpenServer>("node/open-server/1", "RequestId:1 ServerId:2 ListenInfos:3")
        .Message<NodeProtocol.CloseServer>("node/close-server/1", "RequestId:1 ServerId:2")
        .Message<NodeProtocol.SubscribeServer>("node/subscribe-server/1", "RequestId:1 ServerId:2 Subscriber:3")
        .Message<NodeProtocol.UnsubscribeServer>("node/unsubscribe-server/1", "RequestId:1 ServerId:2 Subscriber:3")
        .Message<NodeProtocol.DrainNode>("node/drain-node/1", "RequestId:1 Deadline:2 MayStay:3")
        .Message<NodeProtocol.CancelDrain>("node/cancel-drain/1", "RequestId:1")
        .Union<INodeRequest>(
            (1, typeof(NodeProtocol.DumpNode)),
            (2, typeof(NodeProtocol.OpenServer)),
            (3, typeof(NodeProtocol.CloseServer)),
            (4, typeof(NodeProtocol.SubscribeServer)),
            (5, typeof(NodeProtocol.UnsubscribeServer)),
            (6, typeof(NodeProtocol.DrainNode)),
            (7, typeof(NodeProtocol.CancelDrain)))
        .Message<ClusterProtocol.AskNode>("cluster/ask-node/1", "Node:1 Request:2")
        .Message<NodeProtocol.NodeDump>("reply/node-dump/1", "RequestId:1 Servers:2 Branches:3 Media:4 Transports:5 TransportsLeft:6")
        .Message<NodeProtocol.ServerOpened>("reply/server-opened/1", "RequestId:1 ServerId:2 Bound:3")
        .Message<NodeProtocol.ServerSubscribed>("reply/server-subscribed/1", "RequestId:1")
        .Message<NodeProtocol.NodeDrained>("reply/node-drained/1", "RequestId:1 IsEmpty:2")
        .Message<WebRtcServerEvents.ServerState>("event/server-state/1", "ServerId:1 Bound:2 Transports:3")
        .Message<WebRtcServerEvents.TransportHandled>("event/transport-handled/1", "ServerId:1 RouterId:2 TransportId:3")
        .Message<WebRtcServerEvents.TransportUnhandled>("event/transport-unhandled/1", "ServerId:1 RouterId:2 TransportId:3")
        .Message<WebRtcServerEvents.ServerClosed>("event/server-closed/1", "ServerId:1 Reason:2");
}
