using Akka.Actor;

namespace Sfu.Actors.Protocol;

/// <summary>What is asked about the cluster as a whole: send it to any node (key <c>SfuMember</c>), or use <c>SfuClient</c>.</summary>
public static class ClusterProtocol
{
    /// <summary>Asks every reachable node what it carries. Answered by a <see cref="ClusterDump"/> at the latest after <c>sfu.cluster.dump-deadline</c>.</summary>
    public sealed record DumpCluster(long RequestId) : IClusterRequest, IRequest<IDumpClusterReply>;

    /// <summary>
    /// From now on <paramref name="Subscriber"/> gets the <see cref="IClusterEvent"/>s, first of all a
    /// <see cref="ClusterEvents.MemberUp"/> for each node that is there; until it unsubscribes or stops, or the node that was asked ends.
    /// Routers that are there already are in the dump.
    /// </summary>
    public sealed record SubscribeCluster(long RequestId, IActorRef Subscriber) : IClusterRequest, IRequest<IDoneReply>;

    /// <summary>Done, too, for who has not subscribed.</summary>
    public sealed record UnsubscribeCluster(long RequestId, IActorRef Subscriber) : IClusterRequest, IRequest<IDoneReply>;

    /// <summary>
    /// Asks one node: hands the request on, and the node answers the asker. <see cref="SfuErrorCode.NotFound"/> where there is no such node that
    /// can be reached, or it carries no media.
    /// </summary>
    /// <param name="Node">Its address, as in <see cref="MemberDump.Node"/>.</param>
    /// <param name="Request">Its number is the asker's.</param>
    public sealed record AskNode(string Node, INodeRequest Request) : IClusterRequest
    {
        public long RequestId => Request.RequestId;
    }

    /// <summary>Node → node: what do you carry?</summary>
    internal sealed record DescribeMember(long RequestId) : IClusterRequest;

    /// <summary>Node → node: the answer.</summary>
    internal sealed record MemberDescribed(long RequestId, NodeSummary Node) : IWireReply;

    /// <summary>Node → node: tell me of your Routers, for the next seconds. Repeated as long as somebody wants to know.</summary>
    internal sealed record FollowMember(IActorRef Follower) : IWireMessage;
}
