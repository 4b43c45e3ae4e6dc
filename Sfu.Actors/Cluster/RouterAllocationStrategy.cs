using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace Sfu.Actors.Cluster;

/// <summary>
/// Places a shard of Routers on the node that has fewest, the asking one among equals, and leaves it there: moving a live Router gains
/// nothing, since its media is elsewhere anyway. Thread-safe; keeps no state.
/// </summary>
internal sealed class RouterAllocationStrategy : IShardAllocationStrategy
{
    private static readonly Task<IImmutableSet<string>> _nothing = Task.FromResult<IImmutableSet<string>>(ImmutableHashSet<string>.Empty);

    public Task<IActorRef> AllocateShard(
        IActorRef requester, string shardId, IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations)
    {
        var least = currentShardAllocations.Count == 0 ? 0 : currentShardAllocations.Values.Min(shards => shards.Count);
        return Task.FromResult(currentShardAllocations.TryGetValue(requester, out var own) && own.Count == least
            ? requester
            : currentShardAllocations.Where(entry => entry.Value.Count == least).Select(entry => entry.Key).Min() ?? requester);
    }

    public Task<IImmutableSet<string>> Rebalance(
        IImmutableDictionary<IActorRef, IImmutableList<string>> currentShardAllocations, IImmutableSet<string> rebalanceInProgress) => _nothing;
}
