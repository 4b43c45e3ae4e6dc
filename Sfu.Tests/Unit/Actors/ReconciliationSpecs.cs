using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Ortc;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Actors;

/// <summary>What a Router concludes from what a node says that it carries.</summary>
public sealed class ReconciliationSpecs
{
    private static readonly RouterId _router = new("room");
    private static readonly IActorRef _node = Actor("node");
    private static readonly IActorRef _branch = Actor("branch");
    private static readonly IActorRef _asker = Actor("asker");
    private static readonly IActorRef _owner = Actor("owner");
    private static readonly IActorRef _session = Actor("session");
    private static readonly Address _address = _node.Path.Address;
    private readonly RouterState _state = new(_router);
    private readonly Reconciliation _reconciliation;

    public ReconciliationSpecs()
    {
        var endings = new RouterEndings(_state);
        _reconciliation = new Reconciliation(_state, endings, new BranchReports(_state, endings));
        _state.Branches.Add(_branch, _node);
        _state.PutPeer(new PeerRecord(new PeerInfo(new PeerId("bob"), "Bob", JsonText.EmptyObject, JsonText.EmptyObject), _session, null));
    }

    [Fact]
    public void What_was_asked_for_and_never_made_is_refused_and_forgotten()
    {
        Put("asked", open: false);
        Put("open", open: true);
        PutProducer("never-made", "open", open: false);
        PutConsumer("never-made-either", "open", "never-made");

        var letters = Settle(Begin(), transports: [Open("open")]);

        var refusal = Assert.IsType<Rejected>(Assert.Single(letters, letter => letter.To.Equals(_asker)).Message);
        Assert.Equal((7, SfuErrorCode.Unavailable), (refusal.RequestId, refusal.Error.Code));
        Assert.Null(_state.Transport(new TransportId("asked")));
        Assert.NotNull(_state.Transport(new TransportId("open")));
        Assert.Null(_state.Producer(new ProducerId("never-made")));
        Assert.Null(_state.Consumer(new ConsumerId("never-made-either")));
    }

    [Fact]
    public void What_is_asked_for_after_the_question_is_not_taken_for_lost()
    {
        var round = Begin();
        Put("later", open: false);
        Assert.DoesNotContain(Settle(round), letter => letter.To.Equals(_asker));
        Assert.NotNull(_state.Transport(new TransportId("later")));
    }

    [Fact]
    public void Open_transport_whose_end_was_not_heard_ends_and_owner_and_peers_hear_of_it()
    {
        Put("open", open: true);
        PutProducer("camera", "open", open: true);

        var letters = Settle(Begin());

        Assert.Equal(CloseReason.NodeLost, letters.Select(letter => letter.Message).OfType<SessionEvents.TransportClosed>().Single().Reason);
        Assert.Equal([_owner, _session], letters.Where(letter => letter.Message is SessionEvents.ProducerClosed).Select(letter => letter.To));
        Assert.Null(_state.Producer(new ProducerId("camera")));
    }

    [Fact]
    public void What_the_node_carries_and_nobody_knows_ends_there()
    {
        Put("known", open: true);
        var letters = Settle(
            Begin(),
            [Open("known"), Open("closed"), new CarriedTransport(new TransportId("starting"), Open: false)],
            [new CarriedProducer(new ProducerId("closed-too"), Open: true, Paused: false)],
            [new CarriedConsumer(new ConsumerId("of-nothing"), Open: true)]);

        var end = Assert.IsType<ReconcileProtocol.EndUnknown>(Assert.Single(letters, letter => letter.Message is ReconcileProtocol.EndUnknown).Message);
        Assert.Equal([new TransportId("closed"), new TransportId("starting")], end.Transports.AsEnumerable());
        Assert.Equal([new ProducerId("closed-too")], end.Producers.AsEnumerable());
        Assert.Equal([new ConsumerId("of-nothing")], end.Consumers.AsEnumerable());
        Assert.Equal(CloseReason.Requested, end.Reason);
    }

    [Fact]
    public void Node_that_was_given_up_ends_what_counts_as_lost_without_a_word_also_when_it_is_asked_twice()
    {
        Put("lost", open: true);
        Assert.True(_state.Branches.GiveUp(_node));
        new RouterEndings(_state).OfNode(_node);
        Assert.Single(_reconciliation.TakeBack(_address));

        var letters = Settle(Begin(), [Open("lost")]);

        Assert.Equal(CloseReason.NodeLost, letters.Select(letter => letter.Message).OfType<ReconcileProtocol.EndUnknown>().Single().Reason);
        Assert.False(_state.Branches.IsGivenUp(_node));
    }

    [Fact]
    public void Node_that_was_given_up_before_its_branch_announced_itself_can_be_given_up_again_when_it_has_been_back()
    {
        var other = Actor("other");
        var asked = new TransportId("asked");
        _state.Branches.AwaitPlaceOf(asked, other);
        Assert.True(_state.Branches.GiveUp(other));
        _state.Branches.ForgetPlaceOf(asked);

        Assert.Empty(_reconciliation.TakeBack(other.Path.Address));

        Assert.True(_state.Branches.GiveUp(other));
    }

    [Fact]
    public void Reports_that_were_not_heard_are_booked()
    {
        Put("asked", open: false);
        PutProducer("camera", "asked", open: false);
        PutConsumer("view", "asked", "camera");

        var letters = Settle(
            Begin(),
            [Open("asked")],
            [new CarriedProducer(new ProducerId("camera"), Open: true, Paused: true)],
            [new CarriedConsumer(new ConsumerId("view"), Open: true)]);

        Assert.True(_state.Transport(new TransportId("asked"))!.Record.Open);
        Assert.True(_state.Producer(new ProducerId("camera")) is { Open: true, Paused: true });
        Assert.True(_state.Consumer(new ConsumerId("view"))!.Open);
        Assert.Equal(
            [typeof(SessionEvents.ProducerOpened), typeof(SessionEvents.ProducerPaused)],
            letters.Where(letter => letter.To.Equals(_session)).Select(letter => letter.Message.GetType()));
    }

    [Fact]
    public void Branch_hears_again_who_is_in_the_room_and_what_is_paused_elsewhere()
    {
        var elsewhere = Actor("elsewhere");
        _state.PutTransport(new TransportEntry(Record("far", open: true), elsewhere, elsewhere));
        PutProducer("far-camera", "far", open: true);
        Put("near", open: true);
        PutConsumer("view", "near", "far-camera");
        var round = Begin();

        var letters = _reconciliation.Settle(new ReconcileProtocol.Carries(
            _router, _node, _branch, round, [new PeerId("gone")], [Open("near")], [], [new CarriedConsumer(new ConsumerId("view"), Open: true)]));

        Assert.Equal(new PeerId("bob"), letters.Select(letter => letter.Message).OfType<BranchProtocol.RememberPeer>().Single().Peer.Info.PeerId);
        Assert.Equal(new PeerId("gone"), letters.Select(letter => letter.Message).OfType<BranchProtocol.ForgetPeer>().Single().PeerId);
        Assert.Equal(
            new BranchProtocol.ProducerPauseChanged(_router, new ProducerId("far-camera"), Paused: false),
            Assert.Single(letters, letter => letter.Message is BranchProtocol.ProducerPauseChanged).Message);
    }

    [Fact]
    public void Node_without_a_branch_sets_the_Router_free_of_what_was_on_its_way_there()
    {
        var other = Actor("other");
        _state.PutTransport(new TransportEntry(Record("first", open: false), other, Branch: null, new PendingRequest(7, _asker)));
        _state.Branches.AwaitPlaceOf(new TransportId("first"), other);
        var letter = Assert.Single(_reconciliation.Begin(other));
        Assert.Equal(other, letter.To);
        var round = Assert.IsType<ReconcileProtocol.Reconcile>(letter.Message).Round;

        var letters = _reconciliation.Settle(new ReconcileProtocol.Carries(_router, other, Branch: null, round, [], [], [], []));

        Assert.IsType<Rejected>(Assert.Single(letters, letter => letter.To.Equals(_asker)).Message);
        Assert.False(_state.Branches.Awaits(other));
    }

    [Fact]
    public void Answer_to_an_earlier_question_is_passed_over()
    {
        Put("open", open: true);
        var former = Begin();
        Begin();
        Assert.Empty(Settle(former));
        Assert.NotNull(_state.Transport(new TransportId("open")));
    }

    [Fact]
    public void Closing_Router_says_so_again()
    {
        _state.BeginClosing();
        Assert.IsType<BranchProtocol.RouterClosing>(Assert.Single(_reconciliation.Begin(_address)).Message);
    }

    private static PathActorRef Actor(string name) => new(ActorPath.Parse($"akka.tcp://sfu@{name}:4053/user/{name}"));

    private static CarriedTransport Open(string id) => new(new TransportId(id), Open: true);

    private static TransportRecord Record(string id, bool open) => new(new TransportId(id), new PeerId("alice"), _owner, open, TransportKind.WebRtc);

    private long Begin() => Assert.IsType<ReconcileProtocol.Reconcile>(Assert.Single(_reconciliation.Begin(_node)).Message).Round;

    private ImmutableArray<Letter> Settle(
        long round,
        ImmutableArray<CarriedTransport>? transports = null,
        ImmutableArray<CarriedProducer>? producers = null,
        ImmutableArray<CarriedConsumer>? consumers = null) =>
        _reconciliation.Settle(new ReconcileProtocol.Carries(_router, _node, _branch, round, [], transports ?? [], producers ?? [], consumers ?? []));

    private void Put(string id, bool open) =>
        _state.PutTransport(new TransportEntry(Record(id, open), _node, _branch, open ? null : new PendingRequest(7, _asker)));

    private void PutProducer(string id, string transport, bool open) => _state.PutProducer(new ProducerRecord(
        new ProducerId(id), new TransportId(transport), new PeerId("alice"), MediaKind.Video, ProducerType.Simple, new RtpParameters(), JsonText.EmptyObject, Paused: false, open));

    private void PutConsumer(string id, string transport, string producer) =>
        _state.PutConsumer(new ConsumerRecord(new ConsumerId(id), new TransportId(transport), new ProducerId(producer), Open: false));
}
