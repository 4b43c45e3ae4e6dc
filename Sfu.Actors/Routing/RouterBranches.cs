using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>A Router's branches, one on each node that carries part of it, and what is on its way to a node whose branch is not known yet.</summary>
internal sealed class RouterBranches
{
    private readonly HashSet<IActorRef> _branches = [];
    private readonly HashSet<TransportId> _unplaced = [];

    public int Count => _branches.Count;

    /// <summary>No node carries, or is about to carry, any part of the Router.</summary>
    public bool AreGone => _branches.Count == 0 && _unplaced.Count == 0;

    /// <summary>False when it was known.</summary>
    public bool Add(IActorRef branch) => _branches.Add(branch);

    /// <summary>False when it is none of them.</summary>
    public bool Remove(IActorRef branch) => _branches.Remove(branch);

    public IActorRef? On(IActorRef node) => _branches.FirstOrDefault(branch => branch.Path.Parent == node.Path);

    /// <summary>The transport goes to a node whose branch has not announced itself.</summary>
    public void AwaitPlaceOf(TransportId id) => _unplaced.Add(id);

    /// <summary>The transport will never reach a branch.</summary>
    public void ForgetPlaceOf(TransportId id) => _unplaced.Remove(id);

    /// <summary>The awaited branch announced itself, and is watched from now on.</summary>
    public void Placed() => _unplaced.Clear();

    public IEnumerable<Letter> ToAll(IRouterMessage message) => _branches.Select(branch => new Letter(branch, message));
}
