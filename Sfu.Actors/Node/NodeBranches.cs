using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Node;

/// <summary>
/// The Router branches of a node: one for each Router, until it is released. One that has been released may have a successor for its Router
/// by the time it ends. Does nothing itself.
/// </summary>
internal sealed class NodeBranches
{
    private readonly Dictionary<RouterId, IActorRef> _branches = [];
    private readonly Dictionary<IActorRef, RouterId> _routers = [];

    public IReadOnlyCollection<IActorRef> Actors => _branches.Values;

    public bool TryGet(RouterId router, [NotNullWhen(true)] out IActorRef? branch) => _branches.TryGetValue(router, out branch);

    public void Add(RouterId router, IActorRef branch)
    {
        _branches.Add(router, branch);
        _routers.Add(branch, router);
    }

    /// <summary>It is released, or has ended. Does nothing about one that is no branch, or none any more.</summary>
    public void Forget(IActorRef branch)
    {
        if (_routers.Remove(branch, out var router))
        {
            _branches.Remove(router);
        }
    }
}
