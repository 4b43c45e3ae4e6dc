using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.Hosting;
using Sfu.Actors.Hosting;
using Sfu.Actors.Protocol;
using Sfu.Host.Signaling;

namespace Sfu.Host.Composition;

/// <summary>Asks the node's actors on behalf of HTTP requests and of the program. Any thread.</summary>
internal sealed class NodeProbe(ActorSystem system, IReadOnlyActorRegistry registry)
{
    /// <summary>Null when the node has no media (no role <c>sfu</c>).</summary>
    public async Task<NodeProtocol.IWhenReadyReply?> WhenReadyAsync(TimeSpan timeout) =>
        registry.TryGet<SfuNode>(out var node)
            ? await node.Ask<NodeProtocol.IWhenReadyReply>(new NodeProtocol.WhenReady(0), timeout).ConfigureAwait(false)
            : null;

    public Member Member => Cluster.Get(system).SelfMember;

    public ImmutableArray<string> Roles => [.. SfuClusterOptions.AllRoles.Where(Member.HasRole)];

    public bool IsMemberUp => Member.Status == MemberStatus.Up;

    /// <summary>Some node of the cluster, perhaps this one, can carry Routers and media.</summary>
    public bool IsMediaReachable
    {
        get
        {
            var state = Cluster.Get(system).State;
            return state.Members.Any(member =>
                member.Status == MemberStatus.Up && member.HasRole(SfuClusterOptions.SfuRole) && !state.Unreachable.Contains(member));
        }
    }

    public async Task<NodeProtocol.NodeDump?> DumpNodeAsync(TimeSpan timeout) =>
        registry.TryGet<SfuNode>(out var node)
            ? await node.Ask<NodeProtocol.IDumpNodeReply>(new NodeProtocol.DumpNode(0), timeout).ConfigureAwait(false) as NodeProtocol.NodeDump
            : null;

    public async Task<RouterDump?> DumpRouterAsync(string room, TimeSpan timeout) =>
        registry.TryGet<RouterRegion>(out var region)
            ? await region.Ask<IDumpRouterReply>(new RouterProtocol.DumpRouter(0, new RouterId(room)), timeout).ConfigureAwait(false) as RouterDump
            : null;

    /// <summary>Answers when the sockets are closed. False: there is no such server.</summary>
    public async Task<bool> CloseServerAsync(ServerId id, TimeSpan timeout) =>
        registry.TryGet<SfuNode>(out var node)
        && await node.Ask<IDoneReply>(new NodeProtocol.CloseServer(0, id), timeout).ConfigureAwait(false) is Done;

    public async Task<int> CountSessionsAsync(TimeSpan timeout) =>
        registry.TryGet<SignalingGateway>(out var gateway)
            ? (await gateway.Ask<SignalingMessages.SessionCount>(SignalingMessages.GetSessionCount.Instance, timeout).ConfigureAwait(false)).Count
            : 0;

    public async Task EndSessionsAsync(TimeSpan timeout)
    {
        if (registry.TryGet<SignalingGateway>(out var gateway))
        {
            await gateway.Ask<SignalingMessages.AllEnded>(SignalingMessages.EndAll.Instance, timeout).ConfigureAwait(false);
        }
    }
}
