using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Cluster;

/// <summary>Sums up what this node carries: its servers and branches, and the Routers of its shard region. Answers, and stops.</summary>
internal sealed class MemberDescriptionActor : UntypedActor, IWithTimers
{
    private readonly IActorRef _node;
    private readonly IActorRef _region;
    private readonly long _requestId;
    private readonly IActorRef _asker;
    private readonly TimeSpan _deadline;
    private NodeProtocol.NodeDescription? _description;
    private CurrentShardRegionState? _shards;

    public MemberDescriptionActor(IActorRef node, IActorRef region, long requestId, IActorRef asker, TimeSpan deadline)
    {
        _node = node;
        _region = region;
        _requestId = requestId;
        _asker = asker;
        _deadline = deadline;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(IActorRef node, IActorRef region, long requestId, IActorRef asker, TimeSpan deadline) =>
        ActorFactory<MemberDescriptionActor>.Props(() => new MemberDescriptionActor(node, region, requestId, asker, deadline));

    protected override void PreStart()
    {
        _node.Tell(new NodeProtocol.DescribeNode(_requestId));
        _region.Tell(GetShardRegionState.Instance);

        // Who asked waits no longer.
        Timers.StartSingleTimer(Deadline.Instance, Deadline.Instance, _deadline);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case NodeProtocol.NodeDescription description:
                _description = description;
                AnswerWhenComplete();
                break;
            case CurrentShardRegionState shards:
                _shards = shards;
                AnswerWhenComplete();
                break;
            case Deadline:
                Context.Stop(Self);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private static BranchSummary Summarize(NodeProtocol.NodeBranchDump branch) => new(
        branch.RouterId,
        branch.Orphaned,
        branch.Transports.Length,
        [
            .. branch.Pipes.Take(NodeSummary.MaxListed).Select(pipe => new PipeSummary(
                pipe.Node, pipe.IsInlet, pipe.Producers.Length, [.. pipe.Producers.Take(NodeSummary.MaxCrossing)])),
        ]);

    private void AnswerWhenComplete()
    {
        if (_description is not { } node || _shards is not { } shards)
        {
            return;
        }

        var routers = shards.Shards.SelectMany(shard => shard.EntityIds).ToImmutableSortedSet(StringComparer.Ordinal);
        _asker.Tell(new ClusterProtocol.MemberDescribed(_requestId, new NodeSummary(
            node.Servers.Length,
            node.Transports.Length + node.Servers.Sum(server => server.Transports.Length),
            routers.Count,
            [.. routers.Take(NodeSummary.MaxListed).Select(id => new RouterId(id))],
            node.Branches.Length,
            [.. node.Branches.OrderBy(branch => branch.RouterId.Value, StringComparer.Ordinal).Take(NodeSummary.MaxListed).Select(Summarize)])));
        Context.Stop(Self);
    }

    private sealed record Deadline : INoSerializationVerificationNeeded
    {
        public static readonly Deadline Instance = new();
    }
}
