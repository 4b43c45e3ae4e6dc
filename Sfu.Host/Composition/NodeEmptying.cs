using Akka.Actor;
using Akka.Cluster;
using Akka.Hosting;
using Sfu.Actors.Hosting;
using Sfu.Actors.Protocol;

namespace Sfu.Host.Composition;

/// <summary>
/// Empties the node before it leaves the cluster: an operator asked for it, or the process is to end. Its clients get new transports on other
/// nodes while the old ones still run. Any thread.
/// </summary>
internal sealed class NodeEmptying(ActorSystem system, IReadOnlyActorRegistry registry, IHostApplicationLifetime lifetime, ILogger<NodeEmptying> log)
{
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(5);

    private volatile bool _emptying;

    /// <summary>It takes no transports any more.</summary>
    public bool IsEmptying => _emptying;

    /// <summary>This node carries media, and another one could in its place.</summary>
    public bool CanBegin
    {
        get
        {
            var state = Cluster.Get(system).State;
            var self = Cluster.Get(system).SelfUniqueAddress;
            return registry.TryGet<SfuNode>(out _) && state.Members.Any(member =>
                !member.UniqueAddress.Equals(self)
                && member.Status == MemberStatus.Up
                && member.HasRole(SfuClusterOptions.SfuRole)
                && !state.Unreachable.Contains(member));
        }
    }

    /// <summary>Returns at once; when the node is empty, or <paramref name="within"/> is over, the program ends.</summary>
    public void Begin(TimeSpan within) => _ = RunAsync(within);

    /// <summary>The process is to end: its clients go first, if there is a place for them and if they have not gone already.</summary>
    public async Task BeforeStopAsync(TimeSpan within)
    {
        if (!_emptying && within > TimeSpan.Zero && CanBegin)
        {
            await EmptyAsync(within).ConfigureAwait(false);
        }
    }

    /// <summary>The node takes transports again.</summary>
    public async Task CancelAsync(TimeSpan timeout)
    {
        if (registry.TryGet<SfuNode>(out var node))
        {
            await node.Ask<IDoneReply>(new NodeProtocol.CancelDrain(0), timeout).ConfigureAwait(false);
        }
    }

    private async Task RunAsync(TimeSpan within)
    {
        if (!_emptying && await EmptyAsync(within).ConfigureAwait(false))
        {
            lifetime.StopApplication();
        }
    }

    /// <summary>False when it was cancelled.</summary>
    private async Task<bool> EmptyAsync(TimeSpan within)
    {
        _emptying = true;
        try
        {
            var answer = await registry.Get<SfuNode>().Ask<NodeProtocol.IDrainNodeReply>(new NodeProtocol.DrainNode(0, within), within + s_slack)
                .ConfigureAwait(false);
            _emptying = answer is NodeProtocol.NodeDrained;
        }
        catch (AskTimeoutException)
        {
            log.LogWarning("The node did not say in time whether it is empty");
        }

        return _emptying;
    }
}
