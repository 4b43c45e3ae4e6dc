using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Sfu.Actors.Protocol;
using Sfu.Host.Signaling;

namespace Sfu.Tests.Unit.Host;

/// <summary>A session whose transports have to be elsewhere, because their node is lost or is being emptied.</summary>
public sealed class SignalingMoveSpecs : SignalingHarness
{
    [Fact]
    public void A_transport_that_has_to_move_goes_on_until_the_client_has_all_by_another()
    {
        var client = Moving(out var former);
        Tell(client, new SessionEvents.TransportMustMove(s_room, new TransportId("recv"), 5000));
        var asked = Notification(client, "moveTransport");
        Assert.Equal("recv", asked.GetProperty("transportId").GetString());
        Assert.Equal(5000, asked.GetProperty("withinMs").GetInt32());
        NothingAsked();

        CreateTransport(client, "recv2", consuming: true);
        var consume = _router.ExpectMsg<RouterProtocol.Consume>();
        Assert.Equal((new TransportId("recv2"), new ProducerId("p1")), (consume.TransportId, consume.ProducerId));
        _router.Reply(Consumed(consume, "c2"));
        var request = Next(client);
        Assert.Equal("c2", request.GetProperty("data").GetProperty("id").GetString());
        Respond(client, request, ok: true);
        Assert.Equal(new ConsumerId("c2"), _router.ExpectMsg<RouterProtocol.ResumeConsumer>().ConsumerId);

        // The former one still counts.
        var paused = Send(client, "pauseConsumer", $$"""{"consumerId":"{{former}}"}""");
        _router.Reply(new Done(_router.ExpectMsg<RouterProtocol.PauseConsumer>().RequestId));
        AnswerOnly(client, paused);

        var closed = Send(client, "closeTransport", """{"transportId":"recv"}""");
        _router.Reply(new Done(_router.ExpectMsg<RouterProtocol.CloseTransport>().RequestId));
        AnswerOnly(client, closed);
        Tell(client, new SessionEvents.ConsumerClosed(s_room, new TransportId("recv"), new ConsumerId(former), CloseReason.TransportClosed));
        Tell(client, new SessionEvents.TransportClosed(s_room, new TransportId("recv"), CloseReason.Requested));

        // It is not consumed a third time, and the place is free.
        Assert.Equal(404, Error(client, Send(client, "pauseConsumer", $$"""{"consumerId":"{{former}}"}""")).Code);
        CreateTransport(client, "send", consuming: false);
        NothingAsked();
    }

    [Fact]
    public void What_a_lost_node_carried_is_consumed_again_by_the_next_transport()
    {
        var client = Moving(out _);
        Tell(client, new SessionEvents.ConsumerClosed(s_room, new TransportId("recv"), new ConsumerId("c1"), CloseReason.TransportClosed));
        Tell(client, new SessionEvents.TransportClosed(s_room, new TransportId("recv"), CloseReason.NodeLost));
        Assert.Equal("recv", Notification(client, "transportClosed").GetProperty("transportId").GetString());

        CreateTransport(client, "recv2", consuming: true);
        Assert.Equal(new TransportId("recv2"), _router.ExpectMsg<RouterProtocol.Consume>().TransportId);
    }

    [Fact]
    public void A_node_that_does_not_answer_counts_as_lost_and_the_peer_attaches_again()
    {
        var client = Moving(out _);
        client.Session.Tell(new SignalingMessages.NodeUnreachable(_router.Ref.Path.Address));
        Assert.Equal("recv", Notification(client, "transportClosed").GetProperty("transportId").GetString());

        // A Router that was there starts elsewhere, and knows what this peer tells it.
        var attach = _router.ExpectMsg<PeerProtocol.AttachPeer>();
        Assert.Equal((client.Session, s_me, "Me"), (attach.Session, attach.PeerId, attach.DisplayName));
        _router.Reply(new PeerAttached(attach.RequestId, new Media.Ortc.RtpCapabilities(), [s_bob], [Offer("p1"), Offer("p2")]));
        CreateTransport(client, "recv2", consuming: true);
        var consumed = new[] { _router.ExpectMsg<RouterProtocol.Consume>(), _router.ExpectMsg<RouterProtocol.Consume>() };
        Assert.Equal(["p1", "p2"], consumed.Select(consume => consume.ProducerId.Value).Order());

        // The Router may say the same once more.
        Tell(client, new SessionEvents.TransportClosed(s_room, new TransportId("recv"), CloseReason.NodeLost));
        Assert.Equal(404, Error(client, Send(client, "restartIce", """{"transportId":"recv"}""")).Code);
    }

    [Fact]
    public void A_new_place_is_asked_for_away_from_the_lost_node_until_that_is_forgiven()
    {
        var client = Moving(out _);
        var node = _router.Ref.Path.Address;
        client.Session.Tell(new SignalingMessages.NodeUnreachable(node));
        Notification(client, "transportClosed");
        Assert.Equal([node.ToString()], Avoided().AsEnumerable());
        client.Session.Tell(new SignalingMessages.NodeForgiven(node));
        Assert.Empty(Avoided());

        ImmutableArray<string> Avoided()
        {
            Send(client, "createWebRtcTransport", """{"consuming":false}""");
            return Asked<RouterProtocol.CreateWebRtcTransport>().Avoid;
        }
    }

    [Fact]
    public void A_room_that_has_not_heard_of_the_loss_yet_is_asked_for_a_new_place_again()
    {
        var client = Moving(out _);
        client.Session.Tell(new SignalingMessages.NodeUnreachable(_router.Ref.Path.Address));
        Notification(client, "transportClosed");
        var attach = _router.ExpectMsg<PeerProtocol.AttachPeer>();
        _router.Reply(new Rejected(attach.RequestId, SfuErrorCode.Closed, "It closed before the request reached it."));
        var id = Send(client, "createWebRtcTransport", """{"consuming":false}""");
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var create = Asked<RouterProtocol.CreateWebRtcTransport>();
            _router.Reply(new Rejected(create.RequestId, SfuErrorCode.Closed, "It closed before the request reached it."));
        }

        var last = Asked<RouterProtocol.CreateWebRtcTransport>();
        _router.Reply(Created(last.RequestId, "send2"));
        Assert.Equal("send2", Answer(client, id).GetProperty("id").GetString());
        Assert.Null(client.Closed);
    }

    [Fact]
    public void What_has_gone_to_a_removed_node_is_asked_again_and_once_only()
    {
        var client = Moving(out _);
        var node = _router.Ref.Path.Address;
        client.Session.Tell(new SignalingMessages.NodeUnreachable(node));
        Notification(client, "transportClosed");
        _router.ExpectMsg<PeerProtocol.AttachPeer>();
        var id = Send(client, "createWebRtcTransport", """{"consuming":false}""");
        var lost = _router.ExpectMsg<RouterProtocol.CreateWebRtcTransport>();
        var other = Send(client, "changeDisplayName", """{"displayName":"New"}""");
        _router.ExpectMsg<PeerProtocol.UpdatePeer>();

        client.Session.Tell(new SignalingMessages.NodeRemoved(node));
        Assert.Equal(503, Error(client, other).Code);
        var again = Asked<RouterProtocol.CreateWebRtcTransport>();
        Assert.NotEqual(lost.RequestId, again.RequestId);
        Assert.Empty(again.Avoid);
        _router.Reply(Created(again.RequestId, "send2"));
        Assert.Equal("send2", Answer(client, id).GetProperty("id").GetString());

        // The former answer comes after all: what it speaks of is not needed.
        _router.Reply(Created(lost.RequestId, "late"));
        Assert.Equal(new TransportId("late"), Asked<RouterProtocol.CloseTransport>().TransportId);
    }

    [Theory]
    [InlineData(SfuErrorCode.Closed)]
    [InlineData(SfuErrorCode.InvalidParameters)]
    public void A_new_place_is_asked_for_no_longer_than_a_room_may_take_to_answer(SfuErrorCode code)
    {
        var client = Moving(out _);
        var asked = 0;
        _router.SetAutoPilot(new DelegateAutoPilot((sender, message) =>
        {
            if (message is RouterProtocol.CreateWebRtcTransport create)
            {
                asked++;
                sender.Tell(new Rejected(create.RequestId, code, "no"));
            }

            return AutoPilot.KeepRunning;
        }));
        var failure = Error(client, Send(client, "createWebRtcTransport", """{"consuming":false}"""));
        Assert.Equal(RequestFailure.From(new SfuError(code, "no")).Code, failure.Code);
        Assert.InRange(asked, 1, code == SfuErrorCode.Closed ? 5 : 1);
    }

    [Fact]
    public void A_peer_that_cannot_be_attached_again_is_sent_away_to_come_back()
    {
        var client = Moving(out _);
        client.Session.Tell(new SignalingMessages.NodeUnreachable(_router.Ref.Path.Address));
        Notification(client, "transportClosed");
        var attach = _router.ExpectMsg<PeerProtocol.AttachPeer>();
        _router.Reply(new Rejected(attach.RequestId, SfuErrorCode.Unavailable, "no"));
        AwaitCondition(() => client.Closed?.Code == CloseCodes.GoingAway);
    }

    [Fact]
    public void Nodes_where_the_session_has_nothing_are_none_of_its_business()
    {
        var client = Moving(out _);
        client.Session.Tell(new SignalingMessages.NodeUnreachable(Address.Parse("akka.tcp://sfu@192.0.2.7:4053")));
        Assert.Equal(404, Error(client, Send(client, "restartIce", """{"transportId":"none"}""")).Code);
        NothingAsked();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_client_that_cannot_move_is_sent_away_to_come_back(bool lost)
    {
        var client = WithConsumer(out var request);
        Respond(client, request, ok: true);
        _router.ExpectMsg<RouterProtocol.ResumeConsumer>();
        Tell(client, lost
            ? new SessionEvents.TransportClosed(s_room, new TransportId("recv"), CloseReason.NodeLost)
            : new SessionEvents.TransportMustMove(s_room, new TransportId("recv"), 5000));
        AwaitCondition(() => client.Closed?.Code == CloseCodes.GoingAway);
    }

    private FakeConnection Moving(out string consumer)
    {
        var client = WithConsumer(out var request, out _, moves: true);
        consumer = "c1";
        Respond(client, request, ok: true);
        _router.ExpectMsg<RouterProtocol.ResumeConsumer>();
        return client;
    }

    private void AnswerOnly(FakeConnection client, long id)
    {
        var answer = Next(client);
        Assert.Equal(id, answer.GetProperty("id").GetInt64());
        Assert.True(answer.GetProperty("ok").GetBoolean(), answer.GetRawText());
    }
}
