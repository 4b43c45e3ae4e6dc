using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Host.Signaling;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Tests.Unit.Host;

/// <summary>What a session concludes from the present state of its room and of its transports.</summary>
public sealed class MissedSpecs
{
    private static readonly RouterId _room = new("room");
    private static readonly TransportId _transport = new("recv");
    private readonly SessionState _known = new();

    public MissedSpecs()
    {
        _known.Peers.Add(Peer("bob").PeerId, Peer("bob"));
        _known.Peers.Add(Peer("eve").PeerId, Peer("eve"));
        _known.Offered.Add(new ProducerId("bob-1"), null);
        _known.Offered.Add(new ProducerId("eve-1"), null);
        _known.Transports.Add(_transport, new SessionTransport(Consuming: true, ActorRefs.Nobody));
    }

    [Fact]
    public void Nothing_is_missed_where_nothing_has_changed()
    {
        Assert.Empty(InRoom([Peer("eve"), Peer("bob")], [Offer("eve-1", "eve"), Offer("bob-1", "bob")]));
        Assert.Empty(OnTransport([], []));
    }

    [Fact]
    public void Ends_come_first_and_who_publishes_before_what_it_publishes()
    {
        var missed = InRoom([Peer("bob"), Peer("amy")], [Offer("amy-1", "amy"), Offer("bob-2", "bob")]);
        Assert.Equal(
        [
            "ProducerClosed bob-1", "ProducerClosed eve-1", "PeerLeft eve", "PeerJoined amy", "ProducerOpened amy-1", "ProducerOpened bob-2",
        ], missed.Select(Describe));
    }

    [Fact]
    public void Who_has_another_name_is_updated() =>
        Assert.Equal(["PeerUpdated bob"], InRoom([Peer("bob", "Robert"), Peer("eve")], [Offer("bob-1", "bob"), Offer("eve-1", "eve")]).Select(Describe));

    [Fact]
    public void Router_that_has_just_begun_to_go_on_elsewhere_takes_nobody_away() =>
        Assert.Equal(["PeerJoined amy"], InRoom([Peer("amy")], [], isWhole: false).Select(Describe));

    [Fact]
    public void What_was_told_once_is_not_missed_again()
    {
        var now = new PeerAttached(1, new RtpCapabilities(), [Peer("amy")], [Offer("amy-1", "amy")]);
        foreach (var missed in Missed.InRoom(_room, _known, now, isWhole: true))
        {
            Learn(missed);
        }

        Assert.Empty(Missed.InRoom(_room, _known, now, isWhole: true));
    }

    [Fact]
    public void Consumer_that_the_transport_has_no_more_has_closed_and_the_pause_of_another_is_told()
    {
        Consume("gone", "bob-1", paused: false);
        Consume("kept", "eve-1", paused: false);
        _known.Producers.Add(new ProducerId("mine"), new SessionProducer(_transport));
        _known.Producers.Add(new ProducerId("elsewhere"), new SessionProducer(new TransportId("send")));

        var missed = OnTransport([], [Dump("kept", "eve-1", paused: true)]);

        Assert.Equal(["ProducerClosed mine", "ConsumerClosed gone", "ConsumerPaused kept"], missed.Select(Describe));
    }

    [Fact]
    public void Last_score_and_layers_of_a_consumer_are_told_unless_they_are_known()
    {
        var score = new ConsumerScore(9, 10, [10]);
        Consume("c", "bob-1", paused: false);
        var now = Dump("c", "bob-1", paused: false) with { Score = score, CurrentLayers = new ConsumerLayers(1, 2) };
        Assert.Equal(["ConsumerScoreChanged c", "ConsumerLayersChanged c"], OnTransport([], [now]).Select(Describe));

        _known.Consumers[new ConsumerId("c")] = _known.Consumers[new ConsumerId("c")] with { Score = new ConsumerScore(9, 10, [10]), Layers = new ConsumerLayers(1, 2) };
        Assert.Empty(OnTransport([], [now]));
    }

    [Fact]
    public void What_was_made_and_not_answered_is_known_from_what_is_only_being_made()
    {
        var dump = Transport(
            [
                new TransportProducerDump(new ProducerId("lost"), MediaKind.Audio, ProducerType.Simple, false, [], null, MediaTraceTypes.None),
                new TransportProducerDump(new ProducerId("pending"), MediaKind.Audio, ProducerType.Simple, false, [], null, MediaTraceTypes.None, Pending: true),
            ],
            [Dump("c-lost", "bob-1", paused: false), Dump("c-pending", "eve-1", paused: false) with { Pending = true }]);
        Assert.Equal(new ProducerId("lost"), Assert.Single(Missed.ProducersOnTransport(_known, dump)));
        Assert.Equal(new ConsumerId("c-lost"), Assert.Single(Missed.ConsumersOnTransport(_known, dump)));
    }

    [Fact]
    public void Transport_that_must_move_is_told_of_once()
    {
        var dump = Transport([], []) with { MustMoveWithinMs = 5000 };
        Assert.Equal(5000, Assert.IsType<SessionEvents.TransportMustMove>(Assert.Single(Missed.OnTransport(_room, _known, dump))).WithinMs);
        _known.Leave(_transport);
        Assert.Empty(Missed.OnTransport(_room, _known, dump));
    }

    private void Learn(ISessionEvent news)
    {
        switch (news)
        {
            case SessionEvents.PeerJoined joined:
                _known.Peers.Add(joined.Peer.PeerId, joined.Peer);
                break;
            case SessionEvents.PeerLeft left:
                Assert.True(_known.Peers.Remove(left.PeerId));
                break;
            case SessionEvents.ProducerOpened opened:
                _known.Offered.Add(opened.Producer.ProducerId, null);
                break;
            case SessionEvents.ProducerClosed closed:
                Assert.True(_known.Offered.Remove(closed.ProducerId));
                break;
            default:
                Assert.Fail(news.ToString());
                break;
        }
    }

    private ImmutableArray<ISessionEvent> InRoom(ImmutableArray<PeerInfo> peers, ImmutableArray<ProducerInfo> producers, bool isWhole = true) =>
        Missed.InRoom(_room, _known, new PeerAttached(1, new RtpCapabilities(), peers, producers), isWhole);

    private ImmutableArray<ISessionEvent> OnTransport(ImmutableArray<TransportProducerDump> producers, ImmutableArray<TransportConsumerDump> consumers) =>
        Missed.OnTransport(_room, _known, Transport(producers, consumers));

    private static WebRtcTransportDump Transport(ImmutableArray<TransportProducerDump> producers, ImmutableArray<TransportConsumerDump> consumers) =>
        new(1, _transport, null, IceState.Completed, DtlsTransportState.Connected, null, null, MediaTraceTypes.None, producers, consumers);

    private void Consume(string id, string producer, bool paused) => _known.Consumers.Add(new ConsumerId(id), new SessionConsumer(
        _transport,
        new Consumed(
            1, new ConsumerId(id), new ProducerId(producer), null, MediaKind.Video, ConsumerType.Simple, new RtpParameters(), true, paused, JsonText.EmptyObject),
        Accepted: true));

    private static TransportConsumerDump Dump(string id, string producer, bool paused) => new(
        new ConsumerId(id), new ProducerId(producer), MediaKind.Video, ConsumerType.Simple, false, paused, null, null, 1, null, MediaTraceTypes.None);

    private static PeerInfo Peer(string id, string? name = null) => new(new PeerId(id), name ?? id, JsonText.EmptyObject, JsonText.EmptyObject);

    private static ProducerInfo Offer(string id, string peer) =>
        new(new ProducerId(id), new PeerId(peer), MediaKind.Video, ProducerType.Simple, false, JsonText.EmptyObject);

    private static string Describe(ISessionEvent news) => $"{news.GetType().Name} " + news switch
    {
        SessionEvents.PeerJoined joined => joined.Peer.PeerId.Value,
        SessionEvents.PeerUpdated updated => updated.Peer.PeerId.Value,
        SessionEvents.PeerLeft left => left.PeerId.Value,
        SessionEvents.ProducerOpened opened => opened.Producer.ProducerId.Value,
        SessionEvents.ProducerClosed closed => closed.ProducerId.Value,
        SessionEvents.ConsumerClosed closed => closed.ConsumerId.Value,
        SessionEvents.ConsumerPaused paused => paused.ConsumerId.Value,
        SessionEvents.ConsumerScoreChanged changed => changed.ConsumerId.Value,
        SessionEvents.ConsumerLayersChanged changed => changed.ConsumerId.Value,
        _ => string.Empty,
    };
}
