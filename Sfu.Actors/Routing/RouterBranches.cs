using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>A Router's branches, one on each node that carries part of it, and what is on its way to a node whose branch is not known yet.</summary>
internal sealed class RouterBranches
{
    private readonly Dictionary<IActorRef, IActorRef> _nodeOf = []; // By branch.
    private readonly Dictionary<IActorRef, IActorRef> _branchOn = []; // By node.
    private readonly Dictionary<IActorRef, HashSet<TransportId>> _unplaced = []; // By the node that they are on their way to.
    private readonly HashSet<IActorRef> _givenUp = []; // Nodes.

    public int Count => _nodeOf.Count;

    /// <summary>No node carries, or is about to carry, any part of the Router.</summary>
    public bool AreGone => _nodeOf.Count == 0 && _unplaced.Count == 0;

    public IEnumerable<(IActorRef Branch, IActorRef Node)> All => _nodeOf.Select(entry => (entry.Key, entry.Value));

    /// <summary>False when it was known.</summary>
    public bool Add(IActorRef branch, IActorRef node)
    {
        _branchOn[node] = branch;
        return _nodeOf.TryAdd(branch, node);
    }

    /// <summary>False when it is none of them.</summary>
    public bool Remove(IActorRef branch)
    {
        if (!_nodeOf.Remove(branch, out var node))
        {
            return false;
        }

        if (branch.Equals(On(node)))
        {
            _branchOn.Remove(node);
        }

        _givenUp.Remove(node);
        return true;
    }

    /// <summary>Those at this address that carry, or are about to carry, part of the Router.</summary>
    public ImmutableArray<IActorRef> NodesAt(Address address) =>
        [.. _nodeOf.Values.Concat(_unplaced.Keys).Where(node => node.Path.Address.Equals(address)).Distinct()];

    /// <summary>The node does not answer: what it carries counts as lost. False where it was given up before.</summary>
    public bool GiveUp(IActorRef node) => _givenUp.Add(node);

    public bool IsGivenUp(IActorRef node) => _givenUp.Contains(node);

    /// <summary>The node answers again. False where it had not been given up.</summary>
    public bool TakeBack(IActorRef node) => _givenUp.Remove(node);

    /// <summary>All nodes at this address answer again, those too that carry nothing of the Router any more.</summary>
    public void TakeBack(Address address) => _givenUp.RemoveWhere(node => node.Path.Address.Equals(address));

    /// <summary>Null: the node carries nothing of the Router, or its branch has not announced itself.</summary>
    public IActorRef? On(IActorRef node) => _branchOn.GetValueOrDefault(node);

    /// <summary>The node has, or is about to have, a branch of the Router.</summary>
    public bool Carries(IActorRef node) => _branchOn.ContainsKey(node) || Awaits(node);

    /// <summary>Transports are on their way to this node, and its branch has not announced itself.</summary>
    public bool Awaits(IActorRef node) => _unplaced.ContainsKey(node);

    /// <summary>What is on its way to this node.</summary>
    public IReadOnlyCollection<TransportId> TransportsToward(IActorRef node) => _unplaced.TryGetValue(node, out var ids) ? ids : [];

    /// <summary>The transport goes to a node whose branch has not announced itself.</summary>
    public void AwaitPlaceOf(TransportId id, IActorRef node)
    {
        if (!_unplaced.TryGetValue(node, out var ids))
        {
            _unplaced.Add(node, ids = []);
        }

        ids.Add(id);
    }

    /// <summary>The transport will never reach a branch.</summary>
    public void ForgetPlaceOf(TransportId id)
    {
        foreach (var (node, ids) in _unplaced)
        {
            if (ids.Remove(id))
            {
                if (ids.Count == 0)
                {
                    _unplaced.Remove(node);
                }

                return;
            }
        }
    }

    /// <summary>The awaited branch on this node announced itself, and is watched from now on; or the node is lost, and none will. False: none was awaited.</summary>
    public bool EndWaitFor(IActorRef node) => _unplaced.Remove(node);

    public IEnumerable<Letter> ToAll(IRouterMessage message) => _nodeOf.Keys.Select(branch => new Letter(branch, message));
}
