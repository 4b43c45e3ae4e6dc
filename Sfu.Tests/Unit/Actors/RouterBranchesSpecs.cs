using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Actors;

public sealed class RouterBranchesSpecs
{
    private static readonly IActorRef _a = Actor("a");
    private static readonly IActorRef _b = Actor("b");
    private readonly RouterBranches _branches = new();

    [Fact]
    public void A_branch_that_announces_itself_ends_the_wait_for_its_own_node_alone()
    {
        _branches.AwaitPlaceOf(new TransportId("1"), _a);
        _branches.AwaitPlaceOf(new TransportId("2"), _b);
        _branches.Add(Actor("branch-a"), _a);
        Assert.True(_branches.EndWaitFor(_a));
        Assert.False(_branches.Awaits(_a));
        Assert.True(_branches.Awaits(_b));
        Assert.False(_branches.AreGone);
        Assert.True(_branches.Remove(Actor("branch-a")));
        Assert.False(_branches.AreGone);
        _branches.ForgetPlaceOf(new TransportId("2"));
        Assert.True(_branches.AreGone);
    }

    [Fact]
    public void A_node_carries_the_Router_from_the_first_transport_that_is_sent_there_to_the_end_of_its_branch()
    {
        Assert.False(_branches.Carries(_a));
        _branches.AwaitPlaceOf(new TransportId("1"), _a);
        Assert.True(_branches.Carries(_a));
        Assert.Null(_branches.On(_a));
        _branches.Add(Actor("branch-a"), _a);
        _branches.EndWaitFor(_a);
        Assert.Equal(Actor("branch-a"), _branches.On(_a));
        Assert.False(_branches.Carries(_b));
        _branches.Remove(Actor("branch-a"));
        Assert.False(_branches.Carries(_a));
    }

    /// <summary>A node that was started again at the same address is another one.</summary>
    [Fact]
    public void A_later_branch_on_a_node_is_not_taken_away_by_the_end_of_the_former()
    {
        _branches.Add(Actor("former"), _a);
        _branches.Add(Actor("later"), _a);
        _branches.Remove(Actor("former"));
        Assert.Equal(Actor("later"), _branches.On(_a));
    }

    private static PathActorRef Actor(string name) => new(ActorPath.Parse($"akka://sfu/user/{name}"));
}
