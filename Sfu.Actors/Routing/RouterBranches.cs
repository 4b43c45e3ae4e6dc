using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>A Router's branches, one on each node that carries part of it, and what is on its way to a node whose branch is not known yet.</summary>
internal sealed class RouterBranches
{
    private readonly HashSet<IActorRef> _branches = [];
    private readonly Dictionary<TransportId, IActorRef> _unplaced = []; // With the node that each is on its way to.

    public int Count => _branches.Count;

    /// <summary>No node carries, or is about to carry, any part of the Router.</summary>
    public bool AreGone => _branches.Count == 0 && _unplaced.Count == 0;

    /// <summary>False when it was known.</summary>
    public bool Add(IActorRef branch) => _branches.Add(branch);

    /// <summary>False when it is none of them.</summary>
    public bool Remove(IActorRef branch) => _branches.Remove(branch);

    public IActorRef? On(IActorRef node) => _branches.FirstOrDefault(branch => branch.Path.Parent == node.Path);

    /// <summary>The node has, or is about to have, a branch of the Router.</summary>
    public bool Carries(IActorRef node) => On(node) is not null || Awaits(node);

    /// <summary>The transport goes to a node whose branch has not announced itself. True: it is the first.</summary>
    public bool AwaitPlaceOf(TransportId id, IActorRef node)
    {
        var isFirst = !Awaits(node);
        _unplaced.Add(id, node);
        return isFirst;
    }

    /// <summary>Transports are on their way to this node, and its branch has not announced itself.</summary>
    public bool Awaits(IActorRef node) => _unplaced.ContainsValue(node);

    /// <summary>The transport will never reach a branch.</summary>
    public void ForgetPlaceOf(TransportId id) => _unplaced.Remove(id);

    /// <summary>The awaited branch on this node announced itself, and is watched from now on.</summary>
    public void PlacedOn(IActorRef node)
    {
        foreach (var id in _unplaced.Where(entry => entry.Value.Equals(node)).Select(entry => entry.Key).ToArray())
        {
            _unplaced.Remove(id);
        }
    }

    /// <summary>The node is lost, and no branch of it will announce itself. False: none was awaited.</summary>
    public bool LosePlaceAt(IActorRef node)
    {
        var awaited = Awaits(node);
        PlacedOn(node);
        return awaited;
    }

    public IEnumerable<Letter> ToAll(IRouterMessage message) => _branches.Select(branch => new Letter(branch, message));
}
