using Sfu.Media.Ice;
using Sfu.Media.Wire;
using Sfu.Tests.Unit.Ice;

namespace Sfu.Tests.Loopback;

public sealed class IceConsentSpecs
{
    [Fact]
    public void A_path_without_a_check_for_the_consent_time_is_removed_and_the_agent_disconnects()
    {
        var world = new IceWorld();
        world.Check(1, useCandidate: true);
        world.Listener.Take();
        world.Advance(29.999);
        Assert.Empty(world.Listener.Take());
        world.Advance(0.001);
        Assert.Equal(["tuple- 1 ConsentExpired", "selected none", "state Disconnected"], world.Listener.Take());
        Assert.Equal(MediaTime.Never, world.Agent.NextTimeout);
    }

    [Fact]
    public void Checks_every_few_seconds_keep_a_path_for_hours()
    {
        var world = new IceWorld();
        world.Check(1, useCandidate: true);
        world.Listener.Take();
        for (var i = 0; i < 3000; i++)
        {
            world.Advance(5);
            Assert.True(world.Check(1).Succeeded);
        }

        Assert.Empty(world.Listener.Take());
    }

    [Fact]
    public void Consent_of_one_path_is_not_renewed_by_checks_on_another()
    {
        var world = new IceWorld();
        world.Check(1, useCandidate: true);
        world.Check(2);
        world.Listener.Take();
        for (var i = 0; i < 6; i++)
        {
            world.Advance(5);
            world.Check(2);
        }

        Assert.Equal(["tuple- 1 ConsentExpired", "selected 2"], world.Listener.Take());
        Assert.Equal(IceState.Completed, world.Agent.State);
        Assert.Equal([2], world.Paths);
    }

    [Fact]
    public void Paths_that_expire_together_leave_in_one_step_oldest_first()
    {
        var world = new IceWorld();
        world.Check(1);
        world.Check(2);
        world.Check(3);
        world.Listener.Take();
        world.Advance(30);
        Assert.Equal(
            ["tuple- 1 ConsentExpired", "tuple- 2 ConsentExpired", "tuple- 3 ConsentExpired", "selected none", "state Disconnected"],
            world.Listener.Take());
    }

    [Fact]
    public void Media_is_no_consent()
    {
        var world = new IceWorld();
        world.Check(1, useCandidate: true);
        for (var i = 0; i < 30; i++)
        {
            world.Advance(1);
            world.Agent.NoteMedia(IceWorld.Path(1), world.Now);
        }

        Assert.Equal(IceState.Disconnected, world.Agent.State);
    }

    [Fact]
    public void Refused_checks_are_no_consent()
    {
        var world = new IceWorld();
        world.Check(1, useCandidate: true);
        var forged = new IceCredentials(world.First.Ufrag, new string('x', 32));
        for (var i = 0; i < 6; i++)
        {
            world.Advance(5);
            world.Check(1, credentials: forged);
        }

        Assert.Equal(IceState.Disconnected, world.Agent.State);
    }

    [Fact]
    public void The_next_check_recovers_from_expiry()
    {
        var world = new IceWorld();
        world.Check(1, useCandidate: true);
        world.Advance(31);
        world.Listener.Take();
        world.Check(1, useCandidate: true);
        Assert.Equal(["tuple+ 1", "selected 1", "state Completed"], world.Listener.Take());
    }

    [Fact]
    public void Falling_back_skips_a_path_whose_consent_has_run_out_unnoticed()
    {
        var world = new IceWorld();
        world.Check(1);
        world.Advance(20);
        world.Check(2, useCandidate: true);
        world.Listener.Take();
        var late = world.Now.PlusMs(10_000); // Path 1 ends here, and its timer has not fired yet.
        world.Agent.RemoveTuple(IceWorld.Path(2), late);
        Assert.Equal(["tuple- 2 Closed", "tuple- 1 ConsentExpired", "selected none", "state Disconnected"], world.Listener.Take());
    }

    [Theory]
    [InlineData(10)]
    [InlineData(60)]
    public void The_time_is_a_setting(int seconds)
    {
        var world = new IceWorld(new IceAgentSettings { ConsentTimeoutSeconds = seconds });
        world.Check(1);
        world.Advance(seconds - 0.001);
        Assert.Equal(IceState.Connected, world.Agent.State);
        world.Advance(0.001);
        Assert.Equal(IceState.Disconnected, world.Agent.State);
    }

    [Fact]
    public void Zero_switches_expiry_off()
    {
        var world = new IceWorld(new IceAgentSettings { ConsentTimeoutSeconds = 0 });
        world.Check(1);
        Assert.Equal(MediaTime.Never, world.Agent.NextTimeout);
        world.Advance(100_000);
        Assert.Equal(IceState.Connected, world.Agent.State);
    }

    [Fact]
    public void A_timer_that_fires_early_does_nothing()
    {
        var world = new IceWorld();
        world.Check(1);
        var before = world.Describe();
        world.Agent.OnTimeout(world.Agent.NextTimeout.PlusUs(-1));
        Assert.Equal(before, world.Describe());
    }
}
