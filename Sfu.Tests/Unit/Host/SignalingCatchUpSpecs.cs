using Akka.Actor;
using Akka.Remote;
using Sfu.Actors.Protocol;
using Sfu.Host.Signaling;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Tests.Unit.Host;

/// <summary>A session whose messages were on a connection that broke.</summary>
public sealed class SignalingCatchUpSpecs : SignalingHarness
{
    private static readonly PeerInfo s_eve = s_bob with { PeerId = new PeerId("eve") };
    private static readonly TransportId s_recv = new("recv");

    /// <summary>A break is dealt with half a second after it: what is asked before waits longer than that.</summary>
    public SignalingCatchUpSpecs()
        : base(Options with { RouterAnswerTimeout = TimeSpan.FromSeconds(10) })
    {
    }

    [Fact]
    public void What_was_missed_in_the_room_is_told_once_after_the_connection_broke()
    {
        var client = Ready();
        Break();
        var dump = _router.ExpectMsg<RouterProtocol.DumpTransport>();
        Assert.Equal(s_recv, dump.TransportId);
        _router.Reply(Transport(dump.RequestId, [Consumer("c1", "p1")]));
        var attach = Again();
        Assert.Equal((client.Session, s_me, "Me"), (attach.Session, attach.PeerId, attach.DisplayName));
        _router.Reply(new PeerAttached(attach.RequestId, new RtpCapabilities(), [s_eve], [Offer("p1")], [s_recv]));

        Assert.Equal("bob", Notification(client, "peerClosed").GetProperty("peerId").GetString());
        Assert.Equal("eve", Notification(client, "newPeer").GetProperty("id").GetString());

        // The Router may tell it all the same.
        Tell(client, new SessionEvents.PeerJoined(s_room, s_eve));
        Tell(client, new SessionEvents.PeerLeft(s_room, s_bob.PeerId, CloseReason.PeerClosed));
        Assert.Equal(404, Error(client, Send(client, "restartIce", """{"transportId":"none"}""")).Code);
        Later(TimeSpan.FromSeconds(1));
        NothingAsked();
    }

    [Fact]
    public void What_was_missed_of_a_transport_is_told_by_the_transport()
    {
        var client = Ready();
        Break();
        var dump = _router.ExpectMsg<RouterProtocol.DumpTransport>();
        _router.Reply(Transport(dump.RequestId, []));
        Assert.Equal("c1", Notification(client, "consumerClosed").GetProperty("consumerId").GetString());
        Tell(client, new SessionEvents.ConsumerClosed(s_room, s_recv, new ConsumerId("c1"), CloseReason.ProducerClosed));
        Assert.Equal(404, Error(client, Send(client, "pauseConsumer", """{"consumerId":"c1"}""")).Code);
    }

    [Fact]
    public void Transport_that_has_closed_meanwhile_is_lost_to_the_client()
    {
        var client = Ready();
        Break();
        var dump = _router.ExpectMsg<RouterProtocol.DumpTransport>();
        _router.Reply(new Rejected(dump.RequestId, SfuErrorCode.Closed, "It closed before the request reached it."));
        Assert.Equal("recv", Notification(client, "transportClosed").GetProperty("transportId").GetString());
    }

    [Fact]
    public void Question_is_asked_again_until_it_is_answered()
    {
        var client = Ready();
        Break();
        var first = Asked<PeerProtocol.AttachPeer>();
        var second = Asked<PeerProtocol.AttachPeer>();
        Assert.True(first.Again && second.Again && second.RequestId > first.RequestId);
        _router.Reply(new PeerAttached(second.RequestId, new RtpCapabilities(), [s_bob, s_eve], [Offer("p1")], [s_recv]));
        Assert.Equal("eve", Notification(client, "newPeer").GetProperty("id").GetString());
    }

    [Fact]
    public void Request_that_is_lost_is_answered_so_that_the_client_may_repeat_it_and_what_it_made_is_closed()
    {
        var client = Ready();
        var lost = Send(client, "produce", """
            {"transportId":"recv","kind":"video","appData":{},"rtpParameters":{
             "codecs":[{"mimeType":"video/VP8","payloadType":96,"clockRate":90000}],"encodings":[{"ssrc":5}]}}
            """);
        var produce = _router.ExpectMsg<RouterProtocol.Produce>();
        Break();
        var dump = _router.ExpectMsg<RouterProtocol.DumpTransport>();
        _router.Reply(Transport(dump.RequestId, [Consumer("c1", "p1")]) with
        {
            Producers = [new TransportProducerDump(new ProducerId("mine"), MediaKind.Video, ProducerType.Simple, false, [], null, MediaTraceTypes.None)],
        });
        ReplyTo<PeerProtocol.AttachPeer>(attach => new PeerAttached(attach.RequestId, new RtpCapabilities(), [s_bob], [Offer("p1")], [s_recv, new TransportId("stray")]));
        Assert.Equal(new ProducerId("mine"), ReplyTo<RouterProtocol.CloseProducer>(close => new Done(close.RequestId)).ProducerId);
        Assert.Equal(new TransportId("stray"), ReplyTo<RouterProtocol.CloseTransport>(close => new Done(close.RequestId)).TransportId);
        Assert.Equal(503, Error(client, lost).Code);

        // The answer was only late.
        client.Session!.Tell(new Produced(produce.RequestId, new ProducerId("mine"), ProducerType.Simple), _router);
        Assert.Equal(new ProducerId("mine"), Asked<RouterProtocol.CloseProducer>().ProducerId);
    }

    [Theory]
    [InlineData(null, null)] // The question was lost.
    [InlineData(SfuErrorCode.InvalidState, null)] // The answer was.
    [InlineData(SfuErrorCode.InvalidParameters, 400)]
    public void Connecting_that_is_lost_is_repeated_for_the_client(SfuErrorCode? outcome, int? failure)
    {
        var client = Ready();
        const string Connect = """
            {"transportId":"recv","dtlsParameters":{"role":"client","fingerprints":[{"algorithm":"sha-256",
             "value":"00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"}]}}
            """;
        var id = Send(client, "connectWebRtcTransport", Connect);
        var first = _router.ExpectMsg<RouterProtocol.ConnectWebRtcTransport>();
        Break();
        ReplyTo<RouterProtocol.DumpTransport>(dump => Transport(dump.RequestId, [Consumer("c1", "p1")]));
        ReplyTo<PeerProtocol.AttachPeer>(attach => new PeerAttached(attach.RequestId, new RtpCapabilities(), [s_bob], [Offer("p1")], [s_recv]));
        var again = ReplyTo<RouterProtocol.ConnectWebRtcTransport>(connect =>
            outcome is { } code ? new Rejected(connect.RequestId, code, "no") : new TransportConnected(connect.RequestId, DtlsRole.Server));
        Assert.Equal((first.TransportId, first.DtlsParameters.Role, s_recv), (again.TransportId, again.DtlsParameters.Role, s_recv));
        if (failure is { } expected)
        {
            Assert.Equal(expected, Error(client, id).Code);
        }
        else
        {
            Answer(client, id);
        }

        // By itself it is refused as ever.
        var second = Send(client, "connectWebRtcTransport", Connect);
        ReplyTo<RouterProtocol.ConnectWebRtcTransport>(connect => new Rejected(connect.RequestId, SfuErrorCode.InvalidState, "connected"));
        Assert.Equal(RequestFailure.Conflict, Error(client, second).Code);
    }

    [Fact]
    public void Scores_of_Producers_that_were_missed_are_told_once()
    {
        var client = Ready();
        var id = Send(client, "produce", """
            {"transportId":"recv","kind":"video","appData":{},"rtpParameters":{
             "codecs":[{"mimeType":"video/VP8","payloadType":96,"clockRate":90000}],"encodings":[{"ssrc":5}]}}
            """);
        ReplyTo<RouterProtocol.Produce>(produce => new Produced(produce.RequestId, new ProducerId("mine"), ProducerType.Simple));
        Answer(client, id);
        Tell(client, new SessionEvents.ProducerScoresChanged(s_room, new ProducerId("mine"), [new EncodingScore(0, 5, null, 10)]));
        Notification(client, "producerScore");

        CatchUp(score: 4);
        Assert.Equal(4, Notification(client, "producerScore").GetProperty("score")[0].GetProperty("score").GetInt32());
        CatchUp(score: 4);
        CatchUp(score: 3);
        Assert.Equal(3, Notification(client, "producerScore").GetProperty("score")[0].GetProperty("score").GetInt32());

        void CatchUp(byte score)
        {
            Break();
            ReplyTo<RouterProtocol.DumpTransport>(dump => Transport(dump.RequestId, [Consumer("c1", "p1")]) with
            {
                Producers =
                [
                    new TransportProducerDump(
                        new ProducerId("mine"), MediaKind.Video, ProducerType.Simple, false, [new EncodingScore(0, 5, null, score)], null, MediaTraceTypes.None),
                ],
            });
        }
    }

    [Fact]
    public void Consumer_whose_making_is_lost_is_made_anew_and_a_lost_resumption_is_repeated()
    {
        var client = WithConsumer(out var request, out _, moves: true);
        Tell(client, new SessionEvents.ProducerOpened(s_room, Offer("p2")));
        Assert.Equal(new ProducerId("p2"), _router.ExpectMsg<RouterProtocol.Consume>().ProducerId);
        Respond(client, request, ok: true);
        Assert.Equal(new ConsumerId("c1"), _router.ExpectMsg<RouterProtocol.ResumeConsumer>().ConsumerId);
        Break();
        ReplyTo<RouterProtocol.DumpTransport>(dump => Transport(dump.RequestId, [Consumer("c1", "p1")]));
        ReplyTo<PeerProtocol.AttachPeer>(attach => new PeerAttached(attach.RequestId, new RtpCapabilities(), [s_bob], [Offer("p1"), Offer("p2")], [s_recv]));
        Asked<RouterProtocol.Consume>(consume => consume.ProducerId == new ProducerId("p2"));
        Assert.Equal(new ConsumerId("c1"), Asked<RouterProtocol.ResumeConsumer>().ConsumerId);
    }

    [Fact]
    public void Router_that_goes_on_elsewhere_takes_nobody_away_before_it_knows_everybody()
    {
        var client = Ready();
        Tell(client, new SessionEvents.RouterMoved(s_room));
        var attach = Again();
        var next = CreateTestProbe("next");
        client.Session!.Tell(new PeerAttached(attach.RequestId, new RtpCapabilities(), [s_eve], []), next);
        Assert.Equal("eve", Notification(client, "newPeer").GetProperty("id").GetString());
        _router.ExpectMsg<ObserverProtocol.CreateAudioLevelObserver>();

        // Bob is there all the same.
        Tell(client, new SessionEvents.PeerJoined(s_room, s_bob));
        Assert.Equal(404, Error(client, Send(client, "restartIce", """{"transportId":"none"}""")).Code);
        var later = Asked<PeerProtocol.AttachPeer>();
        client.Session.Tell(new PeerAttached(later.RequestId, new RtpCapabilities(), [s_eve], []), next);
        Assert.Equal("bob", Notification(client, "peerClosed").GetProperty("peerId").GetString());
    }

    [Fact]
    public void Router_that_goes_on_elsewhere_takes_nobody_away_however_often_it_is_asked()
    {
        var client = Ready();
        var next = CreateTestProbe("next");
        for (var asked = 0; asked < 3; asked++)
        {
            // Each of its branches tells that it has moved.
            Tell(client, new SessionEvents.RouterMoved(s_room));
            client.Session!.Tell(new PeerAttached(Again().RequestId, new RtpCapabilities(), [s_eve], []), next);
        }

        Assert.Equal("eve", Notification(client, "newPeer").GetProperty("id").GetString());
        Tell(client, new SessionEvents.PeerUpdated(s_room, s_bob with { DisplayName = "Robert" }));
        Assert.Equal("Bob", Notification(client, "peerDisplayNameChanged").GetProperty("oldDisplayName").GetString());
    }

    [Fact]
    public void Another_name_is_kept_when_the_peer_attaches_again()
    {
        var client = Ready();
        var id = Send(client, "changeDisplayName", """{"displayName":"Myself"}""");
        ReplyTo<PeerProtocol.UpdatePeer>(update => new Done(update.RequestId));
        Assert.True(Next(client).GetProperty("ok").GetBoolean(), $"{id}");
        Tell(client, new SessionEvents.RouterMoved(s_room));
        Assert.Equal("Myself", Again().DisplayName);
    }

    [Fact]
    public void Nothing_is_asked_where_nothing_broke()
    {
        var client = Ready();
        var elsewhere = Address.Parse("akka.tcp://sfu@192.0.2.7:4053");
        Sys.EventStream.Publish(new DisassociatedEvent(elsewhere, elsewhere, inbound: true));
        Later(TimeSpan.FromSeconds(1.5));
        NothingAsked();
        Assert.False(client.HasMore);
    }

    private FakeConnection Ready()
    {
        var client = WithConsumer(out var request, out _, moves: true);
        Respond(client, request, ok: true);
        _router.Reply(new Done(_router.ExpectMsg<RouterProtocol.ResumeConsumer>().RequestId));
        return client;
    }

    private void Break()
    {
        var here = _router.Ref.Path.Address;
        Settle();
        Sys.EventStream.Publish(new DisassociatedEvent(here, here, inbound: true));
        Later(TimeSpan.FromMilliseconds(600));
    }

    private PeerProtocol.AttachPeer Again()
    {
        var attach = Asked<PeerProtocol.AttachPeer>();
        Assert.True(attach.Again);
        return attach;
    }

    private static WebRtcTransportDump Transport(long requestId, System.Collections.Immutable.ImmutableArray<TransportConsumerDump> consumers) => new(
        requestId, s_recv, s_me, IceState.Completed, DtlsTransportState.Connected, null, null, MediaTraceTypes.Bwe, [], consumers);

    private static TransportConsumerDump Consumer(string id, string producer) => new(
        new ConsumerId(id), new ProducerId(producer), MediaKind.Video, ConsumerType.Simple, false, true, null, null, 1, null, MediaTraceTypes.None);
}
