using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>A Router's branches, one on each node that carries part of it, and what is on its way to a node whose branch is not known yet.</summary>
internal sealed class RouterBranches
{
    private readonly HashSet<IActorRef> _branches = [];
    private readonly HashSet<IActorRef> _givenUp = [];
    private readonly HashSet<TransportId> _unplaced = [];

    public int Count => _branches.Count;

    /// <summary>No node carries, or is about to carry, any part of the Router.</summary>
    public bool AreGone => _branches.Count == 0 && _unplaced.Count == 0;

    /// <summary>False when it was known.</summary>
    public bool Add(IActorRef branch) => _branches.Add(branch);

    /// <summary>False when it is none of them.</summary>
    public bool Remove(IActorRef branch)
    {
        _givenUp.Remove(branch);
        return _branches.Remove(branch);
    }

    /// <summary>The node does not answer: what its branch carries counts as lost. Null where there is no branch, or it was given up before.</summary>
    public IActorRef? GiveUp(Address node) => _branches.FirstOrDefault(branch => branch.Path.Address.Equals(node)) is { } branch && _givenUp.Add(branch) ? branch : null;

    /// <summary>The node answers again. Null where its branch had not been given up.</summary>
    public IActorRef? TakeBack(Address node)
    {
        var branch = _givenUp.FirstOrDefault(branch => branch.Path.Address.Equals(node));
        return branch is not null && _givenUp.Remove(branch) ? branch : null;
    }

    public IActorRef? On(IActorRef node) => _branches.FirstOrDefault(branch => branch.Path.Parent == node.Path);

    /// <summary>The transport goes to a node whose branch has not announced itself.</summary>
    public void AwaitPlaceOf(TransportId id) => _unplaced.Add(id);

    /// <summary>The transport will never reach a branch.</summary>
    public void ForgetPlaceOf(TransportId id) => _unplaced.Remove(id);

    /// <summary>The awaited branch announced itself, and is watched from now on.</summary>
    public void Placed() => _unplaced.Clear();

    public IEnumerable<Letter> ToAll(IRouterMessage message) => _branches.Select(branch => new Letter(branch, message));
}
