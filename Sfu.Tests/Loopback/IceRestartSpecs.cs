using Sfu.Media.Ice;
using Sfu.Media.Stun;
using Sfu.Tests.Unit.Ice;

namespace Sfu.Tests.Loopback;

public sealed class IceRestartSpecs
{
    private readonly IceWorld _world = new();

    [Fact]
    public void A_restart_keeps_tuples_and_state_and_announces_the_new_ufrag()
    {
        _world.Check(1, useCandidate: true);
        _world.Listener.Take();
        var second = Restart();
        Assert.Equal([$"ufrag+ {second.Ufrag}"], _world.Listener.Take());
        Assert.Equal(IceState.Completed, _world.Agent.State);
        Assert.Equal(1, _world.Selected);
        Assert.Equal(second, _world.Agent.Local);
        Assert.Equal(_world.First, _world.Agent.Previous);
    }

    [Fact]
    public void Old_credentials_work_until_the_first_request_with_the_new_ones()
    {
        var second = Restart();
        _world.Listener.Take();
        Assert.True(_world.Check(1, credentials: _world.First).Succeeded);
        Assert.True(_world.Check(1, credentials: _world.First).Succeeded);
        _world.Listener.Take();

        Assert.True(_world.Check(1, credentials: second).Succeeded);
        Assert.Equal([$"ufrag- {_world.First.Ufrag}"], _world.Listener.Take());
        Assert.Null(_world.Agent.Previous);
        Assert.Equal(StunErrorCode.Unauthenticated, _world.Check(1, credentials: _world.First).Error);
    }

    [Fact]
    public void A_forged_request_for_the_new_ufrag_does_not_end_the_old_credentials()
    {
        var second = Restart();
        _world.Check(1, credentials: new IceCredentials(second.Ufrag, new string('x', 32)));
        Assert.True(_world.Check(1, credentials: _world.First).Succeeded);
    }

    [Fact]
    public void A_second_restart_drops_the_oldest_credentials()
    {
        var second = Restart();
        _world.Listener.Take();
        var third = Restart();
        Assert.Equal([$"ufrag- {_world.First.Ufrag}", $"ufrag+ {third.Ufrag}"], _world.Listener.Take());
        Assert.Equal(StunErrorCode.Unauthenticated, _world.Check(1, credentials: _world.First).Error);
        Assert.True(_world.Check(1, credentials: second).Succeeded);
        Assert.True(_world.Check(1, credentials: third).Succeeded);
        Assert.Equal(StunErrorCode.Unauthenticated, _world.Check(1, credentials: second).Error);
    }

    [Fact]
    public void Nominations_count_from_zero_in_the_new_generation()
    {
        _world.Check(1, nomination: 10);
        var second = Restart();
        _world.Check(1, nomination: 11, credentials: _world.First); // A straggler of the old generation.
        _world.Check(2, nomination: 1, credentials: second);
        Assert.Equal(2, _world.Selected);
    }

    [Fact]
    public void A_new_generation_on_new_paths_lets_the_old_ones_expire()
    {
        _world.Check(1, useCandidate: true);
        var second = Restart();
        _world.Check(2, credentials: second);
        Assert.Equal(1, _world.Selected);
        _world.Check(2, useCandidate: true, credentials: second);
        Assert.Equal(2, _world.Selected);
        for (var i = 0; i < 6; i++)
        {
            _world.Advance(5);
            _world.Check(2, credentials: second);
        }

        Assert.Equal([2], _world.Paths);
    }

    [Fact]
    public void A_ufrag_in_use_is_no_restart()
    {
        Assert.Throws<ArgumentException>(() => _world.Agent.Restart(_world.First));
        Restart();
        Assert.Throws<ArgumentException>(() => _world.Agent.Restart(_world.First));
    }

    private IceCredentials Restart()
    {
        var credentials = IceCredentials.Create(_world.Random);
        _world.Agent.Restart(credentials);
        return credentials;
    }
}
