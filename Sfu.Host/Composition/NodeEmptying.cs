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
    private volatile bool _moving;
    private int _turn;

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

    /// <summary>
    /// Returns at once; when the node is empty, or <paramref name="within"/> is over, the program ends. The last request counts, but nobody is told
    /// to stay who was told to move.
    /// </summary>
    /// <param name="within">0 … a day.</param>
    /// <param name="mayStay">What is there stays until it closes by itself.</param>
    public void Begin(TimeSpan within, bool mayStay) => _ = RunAsync(within, mayStay);

    /// <summary>The process is to end: its clients go first, if there is a place for them and if they have not gone already.</summary>
    public async Task BeforeStopAsync(TimeSpan within)
    {
        if (!_moving && within > TimeSpan.Zero && CanBegin)
        {
            await EmptyAsync(within, mayStay: false).ConfigureAwait(false);
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

    private async Task RunAsync(TimeSpan within, bool mayStay)
    {
        var turn = Interlocked.Increment(ref _turn);
        if (await EmptyAsync(within, mayStay).ConfigureAwait(false) && turn == Volatile.Read(ref _turn))
        {
            lifetime.StopApplication();
        }
    }

    /// <summary>False when it was cancelled.</summary>
    private async Task<bool> EmptyAsync(TimeSpan within, bool mayStay)
    {
        _emptying = true;
        _moving |= !mayStay;
        try
        {
            var answer = await registry.Get<SfuNode>().Ask<NodeProtocol.IDrainNodeReply>(new NodeProtocol.DrainNode(0, within, mayStay), within + s_slack)
                .ConfigureAwait(false);
            _emptying = answer is NodeProtocol.NodeDrained;
            _moving &= _emptying;
        }
        catch (AskTimeoutException)
        {
            log.LogWarning("The node did not say in time whether it is empty");
        }

        return _emptying;
    }
}
