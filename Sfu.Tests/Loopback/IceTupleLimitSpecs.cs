using Sfu.Media.Ice;
using Sfu.Media.Stun;
using Sfu.Tests.Unit.Ice;

namespace Sfu.Tests.Loopback;

public sealed class IceTupleLimitSpecs
{
    private static readonly IceAgentSettings Reject = new() { TupleLimitPolicy = TupleLimitPolicy.Reject };

    [Fact]
    public void The_ninth_path_evicts_the_first_that_is_not_selected()
    {
        var world = Full(IceAgentSettings.Default);
        world.Check(9);
        Assert.Equal(["tuple+ 9", "tuple- 2 Evicted"], world.Listener.Take());
        Assert.Equal([1, 3, 4, 5, 6, 7, 8, 9], world.Paths);
        Assert.Equal(1, world.Selected);
    }

    [Fact]
    public void A_nominated_ninth_path_is_reported_added_then_the_evicted_then_selected()
    {
        var world = Full(IceAgentSettings.Default);
        world.Check(9, useCandidate: true);
        Assert.Equal(["tuple+ 9", "tuple- 2 Evicted", "selected 9", "state Completed"], world.Listener.Take());
    }

    [Fact]
    public void The_least_recently_active_goes_not_the_oldest()
    {
        var world = Full(IceAgentSettings.Default);
        world.Check(2);
        world.Advance(0.1);
        world.Check(3);
        world.Check(9);
        Assert.Equal(["tuple+ 9", "tuple- 4 Evicted"], world.Listener.Take());
    }

    [Fact]
    public void Media_counts_as_activity()
    {
        var world = Full(IceAgentSettings.Default);
        world.Agent.NoteMedia(IceWorld.Path(2), world.Now);
        world.Advance(0.1);
        world.Check(1);
        world.Agent.NoteMedia(IceWorld.Path(1), world.Now);
        world.Listener.Take();
        world.Check(9);
        Assert.Equal(["tuple+ 9", "tuple- 3 Evicted"], world.Listener.Take());
    }

    [Fact]
    public void A_flood_of_paths_never_evicts_the_selected_one()
    {
        var world = Full(IceAgentSettings.Default);
        for (var path = 9; path < 500; path++)
        {
            world.Advance(0.01);
            Assert.True(world.Check(path).Succeeded);
            Assert.Equal(8, world.Paths.Length);
        }

        Assert.Equal(1, world.Selected);
    }

    [Fact]
    public void Tcp_and_udp_paths_share_the_limit()
    {
        var world = new IceWorld(new IceAgentSettings { MaxTuples = 2 });
        world.Check(IceWorld.Path(1));
        world.Check(IceWorld.Path(2, TransportProtocol.Tcp));
        world.Listener.Take();
        world.Check(IceWorld.Path(3));
        Assert.Equal(["tuple+ 3", "tuple- 2 Evicted"], world.Listener.Take());
    }

    [Fact]
    public void Reject_refuses_the_ninth_path_with_proof_and_keeps_all_others()
    {
        var world = Full(Reject);
        var before = world.Describe();
        var answer = world.Check(9, useCandidate: true);
        Assert.Equal(new IceAnswer(StunClass.ErrorResponse, StunErrorCode.ServerError, Proven: true), answer);
        Assert.Empty(world.Listener.Take());
        Assert.Equal(before, world.Describe());
        Assert.True(world.Check(8).Succeeded);
    }

    [Fact]
    public void Reject_accepts_again_when_a_path_has_gone()
    {
        var world = Full(Reject);
        world.Agent.RemoveTuple(IceWorld.Path(4), world.Now);
        Assert.True(world.Check(9).Succeeded);
    }

    [Fact]
    public void Reject_counts_no_path_whose_consent_has_run_out_unnoticed()
    {
        var world = new IceWorld(new IceAgentSettings { MaxTuples = 1, TupleLimitPolicy = TupleLimitPolicy.Reject });
        world.Check(1);
        var late = world.Now.PlusMs(30_000);
        world.Listener.Take();
        var response = new byte[IceLiteAgent.MaxResponseBytes];
        Assert.NotEqual(0, world.Agent.ProcessRequest(world.Request(), IceWorld.Path(2), late, response));
        Assert.Equal(
            ["tuple- 1 ConsentExpired", "selected none", "state Disconnected", "tuple+ 2", "selected 2", "state Connected"],
            world.Listener.Take());
    }

    [Fact]
    public void With_room_for_one_the_selected_path_yields_only_to_a_nominated_one()
    {
        var world = new IceWorld(new IceAgentSettings { MaxTuples = 1 });
        world.Check(1);
        world.Listener.Take();
        Assert.Equal(StunErrorCode.ServerError, world.Check(2).Error);
        Assert.Empty(world.Listener.Take());
        Assert.True(world.Check(2, useCandidate: true).Succeeded);
        Assert.Equal(["tuple+ 2", "tuple- 1 Evicted", "selected 2", "state Completed"], world.Listener.Take());
        Assert.Equal([2], world.Paths);
    }

    /// <summary>Paths 1 to 8, seen in that order, 1 selected.</summary>
    private static IceWorld Full(IceAgentSettings settings)
    {
        var world = new IceWorld(settings);
        for (var path = 1; path <= 8; path++)
        {
            Assert.True(world.Check(path).Succeeded);
            world.Advance(0.1);
        }

        world.Listener.Take();
        return world;
    }
}
