using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Actors;

public sealed class NodeBranchesSpecs
{
    private static readonly RouterId _router = new("room");
    private static readonly IActorRef _former = Actor("former");
    private static readonly IActorRef _later = Actor("later");
    private readonly NodeBranches _branches = new();

    [Fact]
    public void End_of_a_branch_that_was_released_leaves_its_successor()
    {
        _branches.Add(_router, _former);
        _branches.Forget(_former);
        Assert.False(_branches.TryGet(_router, out _));
        _branches.Add(_router, _later);

        _branches.Forget(_former);

        Assert.True(_branches.TryGet(_router, out var branch));
        Assert.Equal(_later, branch);
        Assert.Equal([_later], _branches.Actors);
    }

    private static PathActorRef Actor(string name) => new(ActorPath.Parse($"akka://sfu/user/{name}"));
}
