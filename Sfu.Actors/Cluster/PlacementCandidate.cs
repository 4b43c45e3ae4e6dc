using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Cluster;

/// <summary>A node as whoever places transports sees it: what it last told, and what has been placed there since. Any thread.</summary>
/// <param name="node">Its root actor.</param>
/// <param name="load">What it told.</param>
internal sealed class PlacementCandidate(IActorRef node, NodeLoad load)
{
    private int _placed;

    public IActorRef Node => node;

    public NodeLoad Load => load;

    /// <summary>For spreading Routers over nodes that are alike.</summary>
    public ulong Hash { get; } = HashOf(load.Node);

    /// <summary>Transports placed from here since the node told its load.</summary>
    public int Placed => Volatile.Read(ref _placed);

    /// <summary>What it told, and what is to be expected of what was placed since.</summary>
    public int UsedPermille { get => field + (Placed * PlacementRules.NewTransportPermille / load.Threads); } = load.GetUsedPermille();

    public int Transports => load.Transports + Placed;

    public void CountPlaced() => Interlocked.Increment(ref _placed);

    public bool Takes(ServerId? server) => !load.Draining && (server is not { } id || load.Servers.Contains(id));

    /// <summary>2: the same zone. 1: the same region. 0: elsewhere, or the client does not say where it is.</summary>
    public int Nearness(string? region, string? zone) =>
        region is null || load.Region != region ? 0 : zone is not null && load.Zone == zone ? 2 : 1;

    /// <summary>The same in every process: FNV-1a, whose low bits are mixed where two are compared.</summary>
    internal static ulong HashOf(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in text)
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        return hash;
    }
}
