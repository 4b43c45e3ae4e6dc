using Sfu.Media.Ice;
using Sfu.Tests.Unit.Ice;

namespace Sfu.Tests.Loopback;

/// <summary>Every cell of the nomination table: four states by three kinds of check, each from a new path 9 (and some from known ones).</summary>
public sealed class IceNominationSpecs
{
    private const uint Last = 5;

    public enum Attributes
    {
        None,
        UseCandidate,
        NewerNomination,
        SameNomination,
        OlderNomination,
        UseCandidateWithStaleNomination,
    }

    [Theory]
    [InlineData(Attributes.None, "tuple+ 9,selected 9,state Connected")]
    [InlineData(Attributes.UseCandidate, "tuple+ 9,selected 9,state Completed")]
    [InlineData(Attributes.NewerNomination, "tuple+ 9,selected 9,state Completed")]
    [InlineData(Attributes.SameNomination, "tuple+ 9")]
    [InlineData(Attributes.UseCandidateWithStaleNomination, "tuple+ 9")]
    public void In_new(Attributes attributes, string expected)
    {
        var world = new IceWorld();
        AssertCheck(world, attributes, last: 0, expected);
    }

    [Theory]
    [InlineData(Attributes.None, "tuple+ 9,selected 9,state Connected")]
    [InlineData(Attributes.UseCandidate, "tuple+ 9,selected 9,state Completed")]
    [InlineData(Attributes.NewerNomination, "tuple+ 9,selected 9,state Completed")]
    [InlineData(Attributes.SameNomination, "tuple+ 9")]
    [InlineData(Attributes.UseCandidateWithStaleNomination, "tuple+ 9")]
    public void In_disconnected_where_nominations_count_from_zero_again(Attributes attributes, string expected)
    {
        var world = new IceWorld();
        world.Check(1, nomination: Last);
        world.Agent.RemoveTuple(IceWorld.Path(1), world.Now);
        Assert.Equal(IceState.Disconnected, world.Agent.State);
        AssertCheck(world, attributes, last: 0, expected);
    }

    [Theory]
    [InlineData(Attributes.None, "tuple+ 9")]
    [InlineData(Attributes.UseCandidate, "tuple+ 9,selected 9,state Completed")]
    [InlineData(Attributes.NewerNomination, "tuple+ 9,selected 9,state Completed")]
    [InlineData(Attributes.SameNomination, "tuple+ 9")]
    [InlineData(Attributes.UseCandidateWithStaleNomination, "tuple+ 9")]
    public void In_connected(Attributes attributes, string expected)
    {
        var world = new IceWorld();
        world.Check(1);
        Assert.Equal(IceState.Connected, world.Agent.State);
        AssertCheck(world, attributes, last: 0, expected);
    }

    [Theory]
    [InlineData(Attributes.None, "tuple+ 9")]
    [InlineData(Attributes.UseCandidate, "tuple+ 9,selected 9")]
    [InlineData(Attributes.NewerNomination, "tuple+ 9,selected 9")]
    [InlineData(Attributes.SameNomination, "tuple+ 9")]
    [InlineData(Attributes.OlderNomination, "tuple+ 9")]
    [InlineData(Attributes.UseCandidateWithStaleNomination, "tuple+ 9,selected 9")]
    public void In_completed(Attributes attributes, string expected)
    {
        var world = new IceWorld();
        world.Check(1, nomination: Last);
        Assert.Equal(IceState.Completed, world.Agent.State);
        AssertCheck(world, attributes, Last, expected);
    }

    [Fact]
    public void A_path_known_from_a_plain_check_can_be_nominated_later()
    {
        var world = new IceWorld();
        world.Check(1);
        world.Check(2);
        world.Listener.Take();
        world.Check(2, useCandidate: true);
        Assert.Equal(["selected 2", "state Completed"], world.Listener.Take());
    }

    [Fact]
    public void Nominating_the_selected_path_completes_without_a_change_of_path()
    {
        var world = new IceWorld();
        world.Check(1);
        world.Listener.Take();
        world.Check(1, useCandidate: true);
        Assert.Equal(["state Completed"], world.Listener.Take());
    }

    [Fact]
    public void A_path_stored_with_a_stale_nomination_is_selected_by_a_plain_check()
    {
        var world = new IceWorld();
        world.Check(1, nomination: 0);
        world.Listener.Take();
        world.Check(1);
        Assert.Equal(["selected 1", "state Connected"], world.Listener.Take());
    }

    [Fact]
    public void Renomination_follows_the_highest_counter_whatever_the_order_of_arrival()
    {
        var world = new IceWorld();
        world.Check(1, nomination: 1);
        world.Check(2, nomination: 3);
        world.Check(3, nomination: 2);
        world.Check(1, nomination: 1);
        Assert.Equal(2, world.Selected);
        world.Check(1, nomination: 4);
        Assert.Equal(1, world.Selected);
        world.Check(2, nomination: uint.MaxValue);
        world.Check(1, nomination: 5);
        Assert.Equal(2, world.Selected);
    }

    [Fact]
    public void An_aggressive_nominator_is_followed_with_one_report_per_change()
    {
        var world = new IceWorld();
        world.Check(1, useCandidate: true);
        world.Listener.Take();
        world.Check(2, useCandidate: true);
        world.Check(2, useCandidate: true);
        world.Check(1, useCandidate: true);
        Assert.Equal(["tuple+ 2", "selected 2", "selected 1"], world.Listener.Take());
        Assert.Equal(IceState.Completed, world.Agent.State);
    }

    private static void AssertCheck(IceWorld world, Attributes attributes, uint last, string expected)
    {
        var state = world.Agent.State;
        var selected = world.Selected;
        world.Listener.Take();
        var answer = attributes switch
        {
            Attributes.UseCandidate => world.Check(9, useCandidate: true),
            Attributes.NewerNomination => world.Check(9, nomination: last + 1),
            Attributes.SameNomination => world.Check(9, nomination: last),
            Attributes.OlderNomination => world.Check(9, nomination: last - 1),
            Attributes.UseCandidateWithStaleNomination => world.Check(9, useCandidate: true, nomination: last),
            _ => world.Check(9),
        };
        Assert.True(answer.Succeeded);
        Assert.Equal(expected, string.Join(',', world.Listener.Take()));
        Assert.Contains(9, world.Paths);
        if (!expected.Contains("selected", StringComparison.Ordinal))
        {
            Assert.Equal(state, world.Agent.State);
            Assert.Equal(selected, world.Selected);
        }
    }
}
