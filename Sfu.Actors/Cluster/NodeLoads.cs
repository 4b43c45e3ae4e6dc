using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.DistributedData;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Cluster;

/// <summary>
/// What all nodes say of themselves, replicated: each writes its own entry, the newer one holds, and what a removed node said goes when the
/// cluster has forgotten it. Entries are sorted, so that replicas with the same content are written the same.
/// </summary>
/// <param name="Entries">By <see cref="NodeLoad.Node"/> and <see cref="NodeLoad.Uid"/>, sorted.</param>
internal sealed record NodeLoads(ImmutableArray<NodeLoad> Entries) : IWireMessage, IReplicatedData<NodeLoads>, IRemovedNodePruning<NodeLoads>
{
    public static readonly NodeLoads Empty = new([]);

    /// <summary>Where the replicator keeps it.</summary>
    public static readonly IKey<NodeLoads> Key = new ReplicatedKey("sfu-loads");

    ImmutableHashSet<UniqueAddress> IRemovedNodePruning.ModifiedByNodes => [.. Entries.Select(AddressOf)];

    public NodeLoad? Find(string node, int uid) => Entries.FirstOrDefault(entry => entry.Node == node && entry.Uid == uid);

    /// <summary>With this entry, whatever the number of the former one.</summary>
    public NodeLoads With(NodeLoad load) =>
        Merge(new NodeLoads([load with { Sequence = Math.Max(load.Sequence, (Find(load.Node, load.Uid)?.Sequence ?? 0) + 1) }]));

    /// <summary>The newer of each; this object where the other brings nothing new.</summary>
    public NodeLoads Merge(NodeLoads other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var merged = ImmutableArray.CreateBuilder<NodeLoad>(Entries.Length + other.Entries.Length);
        var (i, j, changed) = (0, 0, false);
        while (i < Entries.Length || j < other.Entries.Length)
        {
            var order = i == Entries.Length ? 1 : j == other.Entries.Length ? -1 : Compare(Entries[i], other.Entries[j]);
            var theirs = order > 0 || (order == 0 && other.Entries[j].Sequence > Entries[i].Sequence);
            merged.Add(theirs ? other.Entries[j] : Entries[i]);
            changed |= theirs;
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        return changed ? new NodeLoads(merged.DrainToImmutable()) : this;
    }

    IReplicatedData IReplicatedData.Merge(IReplicatedData other) => Merge((NodeLoads)other);

    bool IRemovedNodePruning.NeedPruningFrom(UniqueAddress removedNode) => Entries.Any(entry => AddressOf(entry).Equals(removedNode));

    public NodeLoads Prune(UniqueAddress removedNode, UniqueAddress collapseInto) => PruningCleanup(removedNode);

    IReplicatedData IRemovedNodePruning.Prune(UniqueAddress removedNode, UniqueAddress collapseInto) => PruningCleanup(removedNode);

    public NodeLoads PruningCleanup(UniqueAddress removedNode) => new([.. Entries.Where(entry => !AddressOf(entry).Equals(removedNode))]);

    IReplicatedData IRemovedNodePruning.PruningCleanup(UniqueAddress removedNode) => PruningCleanup(removedNode);

    /// <summary>The member that an entry is of.</summary>
    internal static UniqueAddress AddressOf(NodeLoad load) => new(ActorPath.Parse(load.Node).Address, load.Uid);

    private static int Compare(NodeLoad a, NodeLoad b) =>
        string.CompareOrdinal(a.Node, b.Node) is var order and not 0 ? order : a.Uid.CompareTo(b.Uid);

    private sealed class ReplicatedKey(string id) : Key<NodeLoads>(id);
}
