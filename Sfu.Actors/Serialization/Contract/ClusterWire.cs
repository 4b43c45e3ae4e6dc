using Sfu.Actors.Cluster;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Serialization.Contract;

/// <summary>What members tell of themselves, and who asks for it.</summary>
internal static class ClusterWire
{
    public static void AddTo(WireTableBuilder table) => table
        .Record<NodeLoad>(
            "Node:1 Uid:2 Sequence:3 Region:4 Zone:5 Servers:6 Draining:7 Threads:8 Transports:9 PacketsPerSecond:10 CpuPermille:11")
        .Message<NodeLoads>("cluster/node-loads/1", "Entries:1")
        .Record<PipedProducer>("ProducerId:1 PeerId:2")
        .Record<PipeSummary>("Node:1 IsInlet:2 Producers:3 Crossing:4")
        .Record<BranchSummary>("RouterId:1 Orphaned:2 Transports:3 Pipes:4")
        .Record<NodeSummary>("Servers:1 Transports:2 RouterCount:3 Routers:4 BranchCount:5 Branches:6")
        .Record<MemberLoad>("Region:1 Zone:2 Draining:3 Threads:4 Transports:5 PacketsPerSecond:6 CpuPermille:7")
        .Record<MemberDump>("Node:1 Roles:2 Status:3 Reachable:4 Asked:5 Summary:6 Load:7")
        .Message<ClusterProtocol.DumpCluster>("cluster/dump-cluster/1", "RequestId:1")
        .Message<ClusterProtocol.SubscribeCluster>("cluster/subscribe-cluster/1", "RequestId:1 Subscriber:2")
        .Message<ClusterProtocol.UnsubscribeCluster>("cluster/unsubscribe-cluster/1", "RequestId:1 Subscriber:2")
        .Message<ClusterProtocol.DescribeMember>("cluster/describe-member/1", "RequestId:1")
        .Message<ClusterProtocol.FollowMember>("cluster/follow-member/1", "Follower:1")
        .Message<ClusterProtocol.MemberDescribed>("reply/member-described/1", "RequestId:1 Node:2")
        .Message<ClusterDump>("reply/cluster-dump/1", "RequestId:1 Members:2")
        .Message<ClusterEvents.MemberUp>("event/member-up/1", "Node:1 Roles:2")
        .Message<ClusterEvents.MemberUnreachable>("event/member-unreachable/1", "Node:1")
        .Message<ClusterEvents.MemberReachable>("event/member-reachable/1", "Node:1")
        .Message<ClusterEvents.MemberRemoved>("event/member-removed/1", "Node:1")
        .Message<ClusterEvents.ConnectionBroke>("event/connection-broke/1", "Node:1")
        .Message<ClusterEvents.RouterStarted>("event/router-started/1", "Node:1 RouterId:2")
        .Message<ClusterEvents.RouterStopped>("event/router-stopped/1", "Node:1 RouterId:2 Closed:3");
}
