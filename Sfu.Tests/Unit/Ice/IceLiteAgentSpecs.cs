using System.Net;
using Sfu.Media.Ice;
using Sfu.Media.Stun;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Ice;

public sealed class IceLiteAgentSpecs
{
    [Fact]
    public void Ufrag_is_reported_when_the_agent_is_made()
    {
        var world = new IceWorld();
        var listener = new RecordingIceListener();
        _ = new IceLiteAgent(IceAgentSettings.Default, world.First, listener);
        Assert.Equal([$"ufrag+ {world.First.Ufrag}"], listener.Events);
    }

    [Fact]
    public void First_check_is_answered_and_reported_in_order()
    {
        var world = new IceWorld();
        var answer = world.Check(1);
        Assert.True(answer.Succeeded);
        Assert.Equal(IceWorld.Path(1).Remote, answer.Mapped);
        Assert.Equal(["tuple+ 1", "selected 1", "state Connected"], world.Listener.Take());
    }

    [Fact]
    public void Response_is_ready_before_the_listener_hears_of_the_tuple()
    {
        var world = new IceWorld();
        var response = new byte[IceLiteAgent.MaxResponseBytes];
        var ready = 0;
        world.Listener.Reaction = _ => ready += StunMessage.TryParse(response.AsSpan(0, 64), out var m) && m.Class == StunClass.SuccessResponse ? 1 : 0;
        Assert.Equal(64, world.Agent.ProcessRequest(world.Request(), IceWorld.Path(1), world.Now, response));
        Assert.Equal(3, ready);
    }

    [Fact]
    public void Repeated_checks_report_nothing()
    {
        var world = new IceWorld();
        world.Check(1, useCandidate: true);
        world.Listener.Take();
        for (var i = 0; i < 10; i++)
        {
            Assert.True(world.Check(1, useCandidate: i % 2 == 0).Succeeded);
        }

        Assert.Empty(world.Listener.Take());
    }

    [Fact]
    public void IPv6_peers_get_their_IPv6_address()
    {
        var world = new IceWorld();
        var tuple = IceWorld.Path(1) with { Remote = IpEndpoint.From(IPAddress.Parse("2001:db8::7"), 10_001) };
        var answer = world.Check(tuple);
        Assert.True(answer.Succeeded);
        Assert.Equal(tuple.Remote, answer.Mapped);
        Assert.True(world.Agent.HasTuple(tuple));
    }

    [Theory]
    [InlineData(StunClass.Indication)]
    [InlineData(StunClass.SuccessResponse)]
    [InlineData(StunClass.ErrorResponse)]
    public void Indications_and_responses_are_ignored(StunClass messageClass)
    {
        var world = new IceWorld();
        AssertRefused(world, IceAnswer.Silence, world.Send((ref StunWriter w) => WriteCheck(ref w, world), messageClass));
    }

    [Fact]
    public void Other_methods_are_bad_requests()
    {
        var world = new IceWorld();
        AssertRefused(
            world, Error(StunErrorCode.BadRequest), world.Send((ref StunWriter w) => WriteCheck(ref w, world), method: (StunMethod)0x003));
    }

    [Theory]
    [InlineData(StunAttribute.Username)]
    [InlineData(StunAttribute.Priority)]
    [InlineData(StunAttribute.MessageIntegrity)]
    [InlineData(StunAttribute.Fingerprint)]
    public void A_check_that_lacks_what_it_needs_is_a_bad_request(StunAttribute missing)
    {
        var world = new IceWorld();
        AssertRefused(world, Error(StunErrorCode.BadRequest), world.Send((ref StunWriter w) => WriteCheck(ref w, world, missing)));
    }

    [Fact]
    public void Wrong_fingerprint_is_dropped_in_silence()
    {
        var world = new IceWorld();
        var request = world.Request();
        request[^1] ^= 1;
        AssertRefused(world, IceAnswer.Silence, world.Send(request, IceWorld.Path(1), world.First));
    }

    [Fact]
    public void Wrong_password_is_refused_without_proof()
    {
        var world = new IceWorld();
        var wrong = new IceCredentials(world.First.Ufrag, new string('x', 32));
        var answer = world.Check(1, credentials: wrong);
        AssertRefused(world, Error(StunErrorCode.Unauthenticated), answer);
    }

    [Theory]
    [InlineData("")]
    [InlineData(":peer")]
    [InlineData("someone:peer")]
    [InlineData("{0}")]
    [InlineData("{0}x:peer")]
    [InlineData("x{0}:peer")]
    public void Another_user_name_is_refused(string pattern)
    {
        var world = new IceWorld();
        var username = System.Text.Encoding.ASCII.GetBytes(pattern.Replace("{0}", world.First.Ufrag, StringComparison.Ordinal));
        var answer = world.Send((ref StunWriter w) =>
        {
            w.Write(StunAttribute.Username, username);
            w.WriteUInt32(StunAttribute.Priority, 1);
            w.WriteMessageIntegrity(world.First.PasswordBytes);
            w.WriteFingerprint();
        });
        AssertRefused(world, Error(StunErrorCode.Unauthenticated), answer);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(1UL)]
    [InlineData(ulong.MaxValue)]
    public void A_peer_that_takes_itself_for_controlled_is_told_of_the_conflict(ulong tieBreaker)
    {
        var world = new IceWorld();
        var answer = world.Send((ref StunWriter w) =>
        {
            w.WriteUInt64(StunAttribute.IceControlled, tieBreaker);
            WriteCheck(ref w, world);
        });
        AssertRefused(world, Error(StunErrorCode.RoleConflict) with { Proven = true }, answer);
    }

    [Fact]
    public void Unknown_required_attributes_are_refused_by_name()
    {
        var world = new IceWorld();
        var answer = world.Send((ref StunWriter w) =>
        {
            w.Write((StunAttribute)0x7001, "a"u8);
            w.Write((StunAttribute)0x9001, "optional"u8);
            w.Write((StunAttribute)0x0003, new byte[4]);
            WriteCheck(ref w, world);
        });
        AssertRefused(world, Error(StunErrorCode.UnknownAttribute) with { Proven = true, Unknown = "70010003" }, answer);
    }

    [Fact]
    public void Authentication_comes_before_unknown_attributes_and_those_before_roles()
    {
        var world = new IceWorld();
        IceWorld.Fill strange = (ref StunWriter w) =>
        {
            w.Write((StunAttribute)0x7001, default);
            w.WriteUInt64(StunAttribute.IceControlled, 1);
            w.Write(StunAttribute.Username, System.Text.Encoding.ASCII.GetBytes(world.First.Ufrag + ":peer"));
            w.WriteUInt32(StunAttribute.Priority, 1);
        };
        Assert.Equal(StunErrorCode.Unauthenticated, world.Send((ref StunWriter w) =>
        {
            strange(ref w);
            w.WriteMessageIntegrity(new byte[22]);
            w.WriteFingerprint();
        }).Error);
        Assert.Equal(StunErrorCode.UnknownAttribute, world.Send((ref StunWriter w) =>
        {
            strange(ref w);
            w.WriteMessageIntegrity(world.First.PasswordBytes);
            w.WriteFingerprint();
        }).Error);
    }

    [Fact]
    public void Attributes_after_integrity_have_no_effect()
    {
        var world = new IceWorld();
        var answer = world.Send((ref StunWriter w) =>
        {
            WriteCheck(ref w, world, StunAttribute.Fingerprint);
            w.Write(StunAttribute.UseCandidate, default);
            w.WriteUInt64(StunAttribute.IceControlled, 1);
            w.Write((StunAttribute)0x7001, default);
            w.WriteFingerprint();
        });
        Assert.True(answer.Succeeded);
        Assert.Equal(IceState.Connected, world.Agent.State);
    }

    [Fact]
    public void Duplicate_attributes_are_tolerated()
    {
        var world = new IceWorld();
        var answer = world.Send((ref StunWriter w) =>
        {
            w.WriteUInt32(StunAttribute.Priority, 5);
            WriteCheck(ref w, world);
        });
        Assert.True(answer.Succeeded);
    }

    [Fact]
    public void Media_by_another_proven_path_selects_it()
    {
        var world = new IceWorld();
        world.Check(1, useCandidate: true);
        world.Check(2);
        world.Listener.Take();
        world.Agent.NoteMedia(IceWorld.Path(1), world.Now);
        Assert.Empty(world.Listener.Take());
        world.Agent.NoteMedia(IceWorld.Path(2), world.Now);
        Assert.Equal(["selected 2"], world.Listener.Take());
        Assert.Equal(IceState.Completed, world.Agent.State);
    }

    [Fact]
    public void Media_by_an_unproven_path_changes_nothing()
    {
        var world = new IceWorld();
        world.Check(1);
        var before = world.Describe();
        world.Agent.NoteMedia(IceWorld.Path(2), world.Now);
        Assert.Equal(before, world.Describe());
        Assert.Equal(["tuple+ 1", "selected 1", "state Connected"], world.Listener.Take());
    }

    [Fact]
    public void Media_selects_nothing_before_a_check_has()
    {
        var world = new IceWorld();
        world.Check(1, nomination: 0);
        Assert.Equal(["tuple+ 1"], world.Listener.Take());
        world.Agent.NoteMedia(IceWorld.Path(1), world.Now);
        Assert.Null(world.Selected);
        Assert.Empty(world.Listener.Take());
    }

    [Fact]
    public void Losing_the_selected_path_falls_back_to_the_most_recently_active()
    {
        var world = new IceWorld();
        for (var path = 1; path <= 3; path++)
        {
            world.Check(path);
            world.Advance(0.1);
        }

        world.Check(2);
        world.Listener.Take();
        world.Agent.RemoveTuple(IceWorld.Path(1), world.Now);
        Assert.Equal(["tuple- 1 Closed", "selected 2"], world.Listener.Take());
        world.Agent.RemoveTuple(IceWorld.Path(3), world.Now, TupleRemovalReason.TakenOver);
        Assert.Equal(["tuple- 3 TakenOver"], world.Listener.Take());
        world.Agent.RemoveTuple(IceWorld.Path(2), world.Now);
        Assert.Equal(["tuple- 2 Closed", "selected none", "state Disconnected"], world.Listener.Take());
        world.Agent.RemoveTuple(IceWorld.Path(2), world.Now);
        Assert.Empty(world.Listener.Take());
    }

    [Fact]
    public void Closing_takes_ufrags_tuples_and_state_once()
    {
        var world = new IceWorld();
        world.Check(1, useCandidate: true);
        world.Check(2);
        var second = IceCredentials.Create(world.Random);
        world.Agent.Restart(second);
        world.Listener.Take();
        world.Agent.Close();
        Assert.Equal(
            [
                $"ufrag- {second.Ufrag}", $"ufrag- {world.First.Ufrag}",
                "tuple- 1 TransportClosed", "tuple- 2 TransportClosed", "selected none", "state Closed",
            ],
            world.Listener.Take());
        world.Agent.Close();
        world.Agent.Restart(IceCredentials.Create(world.Random));
        world.Agent.NoteMedia(IceWorld.Path(1), world.Now);
        world.Advance(100);
        Assert.Equal(IceAnswer.Silence, world.Check(1));
        Assert.Empty(world.Listener.Take());
        Assert.Equal(MediaTime.Never, world.Agent.NextTimeout);
    }

    [Fact]
    public void Closing_from_inside_a_report_keeps_the_order_of_reports()
    {
        var world = new IceWorld();
        world.Listener.Reaction = e =>
        {
            if (e == "tuple+ 1")
            {
                world.Agent.Close();
            }
        };
        Assert.True(world.Check(1).Succeeded);
        Assert.Equal(
            [
                "tuple+ 1", "selected 1", "state Connected",
                $"ufrag- {world.First.Ufrag}", "tuple- 1 TransportClosed", "selected none", "state Closed",
            ],
            world.Listener.Take());
    }

    [Fact]
    public void Removing_a_tuple_again_from_inside_its_removal_does_nothing()
    {
        var world = new IceWorld(new IceAgentSettings { MaxTuples = 2 });
        world.Check(1);
        world.Check(2);
        world.Listener.Take();
        world.Listener.Reaction = e =>
        {
            if (e.StartsWith("tuple- 2", StringComparison.Ordinal))
            {
                world.Agent.RemoveTuple(IceWorld.Path(2), world.Now);
            }
        };
        world.Check(3);
        Assert.Equal(["tuple+ 3", "tuple- 2 Evicted"], world.Listener.Take());
    }

    [Fact]
    public void A_listener_that_throws_loses_no_later_report()
    {
        var world = new IceWorld();
        world.Listener.Reaction = e =>
        {
            if (e == "tuple+ 1")
            {
                throw new InvalidOperationException("listener");
            }
        };
        Assert.Throws<InvalidOperationException>(() => world.Check(1));
        world.Agent.Close();
        Assert.Equal(
            [
                "tuple+ 1", "selected 1", "state Connected",
                $"ufrag- {world.First.Ufrag}", "tuple- 1 TransportClosed", "selected none", "state Closed",
            ],
            world.Listener.Take());
    }

    [Fact]
    public void A_response_buffer_that_is_too_small_is_the_callers_error()
    {
        var world = new IceWorld();
        Assert.Throws<ArgumentException>(
            () => world.Agent.ProcessRequest(world.Request(), IceWorld.Path(1), world.Now, new byte[IceLiteAgent.MaxResponseBytes - 1]));
    }

    private static IceAnswer Error(StunErrorCode code) => new(StunClass.ErrorResponse, code);

    private static void AssertRefused(IceWorld world, IceAnswer expected, IceAnswer actual)
    {
        Assert.Equal(expected, actual);
        Assert.Empty(world.Listener.Events);
        Assert.Equal(IceState.New, world.Agent.State);
        Assert.Empty(world.Paths);
    }

    private static void WriteCheck(ref StunWriter w, IceWorld world, StunAttribute missing = StunAttribute.None)
    {
        if (missing != StunAttribute.Username)
        {
            w.Write(StunAttribute.Username, System.Text.Encoding.ASCII.GetBytes(world.First.Ufrag + ":peer"));
        }

        if (missing != StunAttribute.Priority)
        {
            w.WriteUInt32(StunAttribute.Priority, 1);
        }

        if (missing != StunAttribute.MessageIntegrity)
        {
            w.WriteMessageIntegrity(world.First.PasswordBytes);
        }

        if (missing != StunAttribute.Fingerprint)
        {
            w.WriteFingerprint();
        }
    }
}
