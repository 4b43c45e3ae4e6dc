using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>A Router's branches, one on each node that carries part of it, and what is on its way to a node whose branch is not known yet.</summary>
internal sealed class RouterBranches
{
    private readonly Dictionary<IActorRef, IActorRef> _nodeOf = []; // By branch.
    private readonly Dictionary<IActorRef, IActorRef> _branchOn = []; // By node.
    private readonly Dictionary<IActorRef, HashSet<TransportId>> _unplaced = []; // By the node that they are on their way to.
    private readonly HashSet<IActorRef> _givenUp = [];

    public int Count => _nodeOf.Count;

    /// <summary>No node carries, or is about to carry, any part of the Router.</summary>
    public bool AreGone => _nodeOf.Count == 0 && _unplaced.Count == 0;

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

        _givenUp.Remove(branch);
        return true;
    }

    /// <summary>The node does not answer: what its branch carries counts as lost. Null where there is no branch, or it was given up before.</summary>
    public IActorRef? GiveUp(Address node) => _nodeOf.Keys.FirstOrDefault(branch => branch.Path.Address.Equals(node)) is { } branch && _givenUp.Add(branch) ? branch : null;

    /// <summary>The node answers again. Null where its branch had not been given up.</summary>
    public IActorRef? TakeBack(Address node)
    {
        var branch = _givenUp.FirstOrDefault(branch => branch.Path.Address.Equals(node));
        return branch is not null && _givenUp.Remove(branch) ? branch : null;
    }

    /// <summary>Null: the node carries nothing of the Router, or its branch has not announced itself.</summary>
    public IActorRef? On(IActorRef node) => _branchOn.GetValueOrDefault(node);

    /// <summary>The node has, or is about to have, a branch of the Router.</summary>
    public bool Carries(IActorRef node) => _branchOn.ContainsKey(node) || Awaits(node);

    /// <summary>Transports are on their way to this node, and its branch has not announced itself.</summary>
    public bool Awaits(IActorRef node) => _unplaced.ContainsKey(node);

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
