using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Ortc;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Actors;

/// <summary>Who is told what when a node is lost.</summary>
public sealed class RouterEndingsSpecs
{
    private static readonly IActorRef _node = Actor("node");
    private static readonly IActorRef _asker = Actor("asker");
    private static readonly IActorRef _owner = Actor("owner");
    private static readonly TransportId _transport = new("transport");
    private readonly RouterState _state = new(new RouterId("room"));

    /// <summary>The node's answer went to the owner, its report to the Router: the one may have come and the other not.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Owner_hears_of_the_end_of_what_he_may_know_whether_the_Router_knows_that_it_had_opened_or_not(bool open)
    {
        _state.PutTransport(new TransportEntry(
            new TransportRecord(_transport, new PeerId("alice"), _owner, open, TransportKind.WebRtc), _node, Branch: null, open ? null : new PendingRequest(7, _asker)));
        var producer = new ProducerId("camera");
        _state.PutProducer(new ProducerRecord(
            producer, _transport, new PeerId("alice"), MediaKind.Video, ProducerType.Simple, new RtpParameters(), JsonText.EmptyObject, Paused: false, open));
        _state.PutConsumer(new ConsumerRecord(new ConsumerId("screen"), _transport, producer, open));

        var letters = new RouterEndings(_state).OfNode(_node);

        Assert.Equal(
            [
                new SessionEvents.ProducerClosed(_state.Id, producer, CloseReason.TransportClosed),
                new SessionEvents.ConsumerClosed(_state.Id, _transport, new ConsumerId("screen"), CloseReason.TransportClosed),
                new SessionEvents.TransportClosed(_state.Id, _transport, CloseReason.NodeLost),
            ],
            letters.Where(letter => letter.To.Equals(_owner)).Select(letter => letter.Message));
        Assert.Equal(open ? 0 : 1, letters.Count(letter => letter.To.Equals(_asker) && letter.Message is Rejected { RequestId: 7 }));
        Assert.Null(_state.Transport(_transport));
    }

    private static PathActorRef Actor(string name) => new(ActorPath.Parse($"akka.tcp://sfu@{name}:4053/user/{name}"));
}
