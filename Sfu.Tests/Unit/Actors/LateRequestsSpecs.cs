using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Actors;

/// <summary>What a Router that closes does about requests.</summary>
public sealed class LateRequestsSpecs
{
    private static readonly RouterId _router = new("room");
    private static readonly IActorRef _asker = Actor("asker");
    private static readonly IActorRef _shard = Actor("shard");
    private readonly LateRequests _late = new(_router);

    [Fact]
    public void Request_is_refused_while_the_Router_closes_because_somebody_wanted_that()
    {
        var letter = Assert.Single(_late.Decide(Capabilities(1), _asker, _shard));

        Assert.Equal(_asker, letter.To);
        Assert.Equal((1, SfuErrorCode.Closed), letter.Message is Rejected rejected ? (rejected.RequestId, rejected.Error.Code) : default);
        Assert.Empty(_late.Leave());
        Assert.Empty(_late.End());
    }

    [Fact]
    public void Request_to_an_idle_Router_goes_to_its_next_incarnation_once_sharding_keeps_it()
    {
        _late.IsIdle = true;
        Assert.Empty(_late.Decide(Capabilities(1), _asker, _shard));

        Assert.Equal([new Letter(_shard, Capabilities(1), _asker)], _late.Leave().AsEnumerable());
        Assert.Equal([new Letter(_shard, Capabilities(2), _asker)], _late.Decide(Capabilities(2), _asker, _shard).AsEnumerable());
        Assert.Empty(_late.End());
    }

    [Fact]
    public void Request_to_an_idle_Router_that_is_stopped_before_it_leaves_is_not_lost()
    {
        _late.IsIdle = true;
        _late.Decide(Capabilities(1), _asker, _shard);

        Assert.Equal([new Letter(_shard, Capabilities(1), _asker)], _late.End().AsEnumerable());
    }

    [Fact]
    public void Only_what_a_new_Router_could_answer_goes_to_it_when_the_former_leaves()
    {
        _late.Leave();

        Assert.Equal(_shard, Assert.Single(_late.Decide(Capabilities(1), _asker, _shard)).To);
        Assert.Equal(_asker, Assert.Single(_late.Decide(new RouterProtocol.CloseConsumer(2, _router, new ConsumerId("c")), _asker, _shard)).To);
    }

    [Fact]
    public void All_who_close_it_are_answered_when_it_has_ended()
    {
        _late.AwaitEnd(new PendingRequest(1, _asker));
        Assert.Empty(_late.Decide(new RouterProtocol.CloseRouter(2, _router), _asker, _shard));
        Assert.Empty(_late.Leave());

        Assert.Equal([new Letter(_asker, new Done(1)), new Letter(_asker, new Done(2))], _late.End().AsEnumerable());
        Assert.Empty(_late.End());
    }

    private static RouterProtocol.GetRouterRtpCapabilities Capabilities(long id) => new(id, _router);

    private static PathActorRef Actor(string name) => new(ActorPath.Parse($"akka://sfu/user/{name}"));
}
