using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Sfu.Actors.Protocol;
using Sfu.Host.Signaling;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Tests.Unit.Host;

/// <summary>A session between a fake client and a probe that stands for the shard region.</summary>
public sealed class SignalingSessionSpecs : SignalingHarness
{
    [Fact]
    public void Capabilities_come_from_the_router()
    {
        var client = Connect(out var id, "getRouterRtpCapabilities");
        var asked = _router.ExpectMsg<RouterProtocol.GetRouterRtpCapabilities>();
        Assert.Equal(s_room, asked.RouterId);
        _router.Reply(new RouterRtpCapabilities(asked.RequestId, new RtpCapabilities()));
        var answer = Answer(client, id);
        Assert.Equal(JsonValueKind.Array, answer.GetProperty("codecs").ValueKind);
        AwaitCondition(() => client.Released == 1);
    }

    [Fact]
    public void A_transport_is_created_for_the_peer_and_owned_by_the_session()
    {
        var client = Connect(out _);
        CreateTransport(client, "t1", consuming: false);
    }

    [Fact]
    public void A_rejection_of_the_router_reaches_the_client_as_an_error_and_the_session_lives_on()
    {
        var client = Connect(out var id, "getRouterRtpCapabilities");
        var asked = _router.ExpectMsg<RouterProtocol.GetRouterRtpCapabilities>();
        _router.Reply(new Rejected(asked.RequestId, SfuErrorCode.InvalidState, "not now"));
        Assert.Equal((409, "not now"), Error(client, id));
        Join(client);
    }

    [Fact]
    public void A_router_that_stays_silent_is_a_time_out_for_the_client()
    {
        var client = Connect(out var id, "getRouterRtpCapabilities");
        _router.ExpectMsg<RouterProtocol.GetRouterRtpCapabilities>();
        Assert.Equal(504, Error(client, id).Code);
    }

    [Fact]
    public void A_transport_that_comes_too_late_is_closed()
    {
        var client = Connect(out var id, "createWebRtcTransport", """{"producing":true}""");
        var asked = _router.ExpectMsg<RouterProtocol.CreateWebRtcTransport>();
        Assert.Equal(("eu", "a"), (asked.Region, asked.Zone));
        Assert.Equal(504, Error(client, id).Code);
        _router.Reply(Created(asked.RequestId, "late"));
        Assert.Equal(new TransportId("late"), _router.ExpectMsg<RouterProtocol.CloseTransport>().TransportId);
    }

    [Fact]
    public void Bad_requests_are_answered_with_a_reason_and_the_session_lives_on()
    {
        var client = Connect(out _);
        Assert.Equal(404, Error(client, Send(client, "nonsense")).Code);
        Assert.Equal(400, Error(client, Send(client, "join", """{"displayName":7}""")).Code);
        Assert.Equal(404, Error(client, Send(client, "pauseProducer", """{"producerId":"unknown"}""")).Code);
        Assert.Equal(404, Error(client, Send(client, "connectWebRtcTransport", Dtls("unknown"))).Code);
        Assert.Equal(409, Error(client, Send(client, "changeDisplayName", """{"displayName":"x"}""")).Code);
        Assert.Equal(501, Error(client, Send(client, "produceData")).Code);
        SendRaw(client, "{garbage");
        Assert.Equal(0, Next(client).GetProperty("id").GetInt64());
        NothingAsked();
        Join(client);
        Assert.Equal(409, Error(client, Send(client, "join", """{"displayName":"again"}""")).Code);
    }

    [Fact]
    public void Transports_of_a_session_are_limited()
    {
        var client = Connect(out _);
        CreateTransport(client, "t1", consuming: false);
        CreateTransport(client, "t2", consuming: true);
        Assert.Equal(429, Error(client, Send(client, "createWebRtcTransport")).Code);
    }

    [Fact]
    public void Producers_of_the_others_are_consumed_paused_and_resumed_when_the_client_is_ready()
    {
        var client = Connect(out _);
        CreateTransport(client, "recv", consuming: true);
        Join(client, s_bob, Offer("p1"));
        var consume = _router.ExpectMsg<RouterProtocol.Consume>();
        Assert.True(consume.Paused);
        Assert.Equal(new TransportId("recv"), consume.TransportId);
        _router.Reply(Consumed(consume, "c1"));

        var request = Next(client);
        Assert.Equal("newConsumer", request.GetProperty("method").GetString());
        var data = request.GetProperty("data");
        Assert.Equal("bob", data.GetProperty("peerId").GetString());
        Assert.Equal("c1", data.GetProperty("id").GetString());
        Assert.Equal("video", data.GetProperty("kind").GetString());
        Assert.Equal("simple", data.GetProperty("type").GetString());
        Assert.True(data.GetProperty("producerPaused").GetBoolean());
        Assert.Equal(1, data.GetProperty("appData").GetProperty("share").GetInt32());

        Respond(client, request, ok: true);
        Assert.Equal(new ConsumerId("c1"), _router.ExpectMsg<RouterProtocol.ResumeConsumer>().ConsumerId);
    }

    [Fact]
    public void Consumer_that_is_made_as_its_producer_ends_is_not_told_of_after_the_peer_has_left()
    {
        var client = Connect(out _);
        CreateTransport(client, "recv", consuming: true);
        Join(client, s_bob, Offer("p1"));
        var consume = _router.ExpectMsg<RouterProtocol.Consume>();
        Tell(client, new SessionEvents.ProducerClosed(s_room, new ProducerId("p1"), CloseReason.TransportClosed));
        Tell(client, new SessionEvents.PeerLeft(s_room, s_bob.PeerId, CloseReason.PeerClosed));
        Assert.Equal("peerClosed", Next(client).GetProperty("method").GetString());

        _router.Reply(Consumed(consume, "c1"));
        Tell(client, new SessionEvents.ConsumerClosed(s_room, new TransportId("recv"), new ConsumerId("c1"), CloseReason.ProducerClosed));
        Tell(client, new SessionEvents.PeerJoined(s_room, s_bob with { PeerId = new PeerId("eve") }));

        Assert.Equal("newPeer", Next(client).GetProperty("method").GetString());
        NothingAsked();
    }

    [Fact]
    public void A_producer_that_opens_later_is_consumed_once_there_is_a_transport_for_it()
    {
        var client = Connect(out _);
        Join(client, s_bob);
        Tell(client, new SessionEvents.ProducerOpened(s_room, Offer("p1")));
        NothingAsked();
        CreateTransport(client, "recv", consuming: true);
        Assert.Equal(new ProducerId("p1"), _router.ExpectMsg<RouterProtocol.Consume>().ProducerId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_consumer_that_the_client_does_not_take_is_closed(bool silent)
    {
        var client = WithConsumer(out var request);
        if (!silent)
        {
            Respond(client, request, ok: false);
        }

        Assert.Equal(new ConsumerId("c1"), Asked<RouterProtocol.CloseConsumer>().ConsumerId);
        Assert.Equal("consumerClosed", Next(client).GetProperty("method").GetString());
    }

    [Fact]
    public void What_happens_in_the_room_is_notified()
    {
        var client = WithConsumer(out var request);
        Respond(client, request, ok: true);
        _router.ExpectMsg<RouterProtocol.ResumeConsumer>();

        Tell(client, new SessionEvents.PeerJoined(s_room, s_bob with { PeerId = new PeerId("eve"), DisplayName = "Eve" }));
        Assert.Equal("Eve", Notification(client, "newPeer").GetProperty("displayName").GetString());
        Tell(client, new SessionEvents.PeerUpdated(s_room, s_bob with { DisplayName = "Robert" }));
        Assert.Equal("Bob", Notification(client, "peerDisplayNameChanged").GetProperty("oldDisplayName").GetString());
        Tell(client, new SessionEvents.ConsumerPaused(s_room, new TransportId("recv"), new ConsumerId("c1")));
        Assert.Equal("c1", Notification(client, "consumerPaused").GetProperty("consumerId").GetString());
        Tell(client, new SessionEvents.ConsumerResumed(s_room, new TransportId("recv"), new ConsumerId("c1")));
        Notification(client, "consumerResumed");
        Tell(client, new SessionEvents.ConsumerClosed(s_room, new TransportId("recv"), new ConsumerId("c1"), CloseReason.ProducerClosed));
        Notification(client, "consumerClosed");
        Tell(client, new SessionEvents.PeerLeft(s_room, s_bob.PeerId, CloseReason.Requested));
        Assert.Equal("bob", Notification(client, "peerClosed").GetProperty("peerId").GetString());
    }

    [Fact]
    public void How_a_Consumer_fares_is_notified_once_the_client_has_it()
    {
        var client = WithConsumer(out var request);
        var (transport, consumer) = (new TransportId("recv"), new ConsumerId("c1"));
        Tell(client, new SessionEvents.ConsumerScoreChanged(s_room, transport, consumer, new ConsumerScore(7, 9, [9, 10])));
        Tell(client, new SessionEvents.ConsumerLayersChanged(s_room, transport, consumer, new ConsumerLayers(1, 2)));
        Respond(client, request, ok: true);
        _router.ExpectMsg<RouterProtocol.ResumeConsumer>();
        var score = Notification(client, "consumerScore");
        Assert.Equal("c1", score.GetProperty("consumerId").GetString());
        Assert.Equal("""{"score":7,"producerScore":9,"producerScores":[9,10]}""", score.GetProperty("score").GetRawText());
        Assert.Equal("""{"consumerId":"c1","spatialLayer":1,"temporalLayer":2}""", Notification(client, "consumerLayersChanged").GetRawText());
        Tell(client, new SessionEvents.ConsumerLayersChanged(s_room, transport, consumer, null));
        Assert.Equal("""{"consumerId":"c1","spatialLayer":null,"temporalLayer":null}""", Notification(client, "consumerLayersChanged").GetRawText());
        Tell(client, new SessionEvents.TransportTraced(s_room, transport, new BweTrace(1, "transport-cc", 3, 2, 0, 0, 0, 0, 1)));
        Assert.Equal("""{"desiredBitrate":3,"effectiveDesiredBitrate":2,"availableBitrate":1}""", Notification(client, "downlinkBwe").GetRawText());
    }

    [Fact]
    public void Who_speaks_is_notified_and_own_voice_is_listened_to_as_well()
    {
        var client = Connect(out _);
        CreateTransport(client, "send", consuming: false);
        Join(client, s_bob);
        var voice = new ProducerVolume(new ProducerId("p1"), s_bob.PeerId, -42);
        Tell(client, new ObserverEvents.VolumesMeasured(s_room, new ObserverId("voices"), [voice]));
        Assert.Equal("""{"peerId":"bob","volume":-42}""", Notification(client, "activeSpeaker").GetRawText());
        Tell(client, new ObserverEvents.SilenceFell(s_room, new ObserverId("voices")));
        Assert.Equal("""{"peerId":null,"volume":null}""", Notification(client, "activeSpeaker").GetRawText());

        var id = Send(client, "produce", """
            {"transportId":"send","kind":"audio","appData":{},"rtpParameters":{
             "codecs":[{"mimeType":"audio/opus","payloadType":111,"clockRate":48000,"channels":2}],"encodings":[{"ssrc":5}]}}
            """);
        _router.Reply(new Produced(_router.ExpectMsg<RouterProtocol.Produce>().RequestId, new ProducerId("mine"), ProducerType.Simple));
        Assert.Equal(new ProducerId("mine"), _router.ExpectMsg<ObserverProtocol.AddObserverProducer>().ProducerId);
        Answer(client, id);
        Tell(client, new SessionEvents.ProducerScoresChanged(s_room, new ProducerId("mine"), [new EncodingScore(0, 5, null, 8)]));
        Assert.Equal(
            """{"producerId":"mine","score":[{"encodingIdx":0,"ssrc":5,"score":8}]}""", Notification(client, "producerScore").GetRawText());

        // The Router goes on elsewhere, without its observers.
        Tell(client, new ObserverEvents.ObserverClosed(s_room, new ObserverId("voices"), CloseReason.RouterClosed));
        _router.ExpectMsg<ObserverProtocol.CreateAudioLevelObserver>();
        Assert.Equal(new ProducerId("mine"), _router.ExpectMsg<ObserverProtocol.AddObserverProducer>().ProducerId);
    }

    [Fact]
    public void A_client_that_says_goodbye_leaves_at_once()
    {
        var client = Connect(out _);
        Join(client);
        Watch(client.Session!);
        client.Session.Tell(new SignalingMessages.Disconnected(client, ConnectionEnd.ClosedByClient));
        _router.ExpectMsg<PeerProtocol.DetachPeer>();
        ExpectTerminated(client.Session!);
    }

    [Fact]
    public void A_client_that_is_lost_leaves_after_the_grace_period()
    {
        var client = Connect(out _);
        Join(client);
        Watch(client.Session!);
        client.Session.Tell(new SignalingMessages.Disconnected(client, ConnectionEnd.Lost));
        Later(Options.GracePeriod - TimeSpan.FromMilliseconds(1));
        NothingAsked();
        Later(TimeSpan.FromMilliseconds(1));
        _router.ExpectMsg<PeerProtocol.DetachPeer>();
        ExpectTerminated(client.Session!);
    }

    [Fact]
    public void A_client_that_comes_back_with_its_token_is_told_what_it_missed()
    {
        var client = WithConsumer(out _, out var token);
        var session = client.Session!;
        session.Tell(new SignalingMessages.Disconnected(client, ConnectionEnd.Lost));
        Tell(client, new SessionEvents.PeerJoined(s_room, s_bob with { PeerId = new PeerId("eve") }));

        var again = Connect(out var id, "resumeSession", $$"""{"token":"{{token}}","producers":[],"consumers":[]}""");
        Assert.Equal(session, again.Session);
        var answer = Answer(again, id);
        Assert.Equal(2, answer.GetProperty("peers").GetArrayLength());
        Assert.Equal("c1", answer.GetProperty("consumers")[0].GetProperty("id").GetString());
        var request = Next(again);
        Assert.Equal("newConsumer", request.GetProperty("method").GetString());
        Respond(again, request, ok: true);
        _router.ExpectMsg<RouterProtocol.ResumeConsumer>();
        Watch(session);
        Later(Options.GracePeriod + TimeSpan.FromMilliseconds(300));
        ExpectNoMsg(TimeSpan.Zero);
    }

    [Fact]
    public void A_wrong_token_makes_a_new_session_after_the_end_of_the_old_one()
    {
        var client = Connect(out _);
        Join(client);
        var again = NewClient();
        Watch(client.Session!);
        var request = new ProtooMessage.Request(1, "resumeSession", JsonElement.Parse("""{"token":"guess"}"""));
        _gateway.Tell(new SignalingMessages.Connect(new SessionKey(s_room, s_me), again, request));
        ExpectTerminated(client.Session!);
        Assert.Equal(CloseCodes.EndedByServer, client.Closed!.Value.Code);
        AwaitCondition(() => again.Session is not null);
        Assert.NotEqual(client.Session, again.Session);
        again.Session.Tell(new SignalingMessages.Received(again, request));
        Assert.Equal(404, Error(again, 1).Code);
    }

    [Fact]
    public void Another_session_under_the_same_name_elsewhere_ends_this_one()
    {
        var client = Connect(out _);
        Join(client);
        Watch(client.Session!);
        Tell(client, new SessionEvents.PeerDetached(s_room, s_me, CloseReason.PeerReplaced));
        ExpectTerminated(client.Session!);
        Assert.Equal(CloseCodes.EndedByServer, client.Closed!.Value.Code);
        NothingAsked();
    }

    [Fact]
    public void Ending_all_closes_every_client_as_going_away()
    {
        var client = Connect(out _);
        Join(client);
        _gateway.Tell(SignalingMessages.EndAll.Instance);
        ExpectMsg<SignalingMessages.AllEnded>();
        Assert.Equal(CloseCodes.GoingAway, client.Closed!.Value.Code);

        var late = NewClient();
        _gateway.Tell(new SignalingMessages.Connect(new SessionKey(s_room, s_me), late, new ProtooMessage.Malformed(null, "x")));
        AwaitCondition(() => late.Closed?.Code == CloseCodes.GoingAway);
    }
}
