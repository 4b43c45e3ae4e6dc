using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Actors;

/// <summary>Who may not have heard that a Router closed.</summary>
public sealed class FormerPeersSpecs
{
    private static readonly RouterId _room = new("room");
    private readonly FormerPeers _formers = new(capacity: 3);

    [Fact]
    public void Peers_are_remembered_for_their_Router_until_they_attach_as_new()
    {
        var session = Session("akka.tcp://sfu@192.0.2.1:4053", "a");
        _formers.Add(_room, session);
        Assert.True(_formers.Contains(_room, session));
        Assert.False(_formers.Contains(new RouterId("other"), session));

        _formers.Forget(_room, session);
        Assert.False(_formers.Contains(_room, session));
        _formers.Add(_room, session);
        Assert.True(_formers.Contains(_room, session));
    }

    [Fact]
    public void Who_is_on_the_same_node_has_heard()
    {
        var session = Session("akka://sfu", "a");
        _formers.Add(_room, session);
        Assert.False(_formers.Contains(_room, session));
    }

    [Fact]
    public void Oldest_are_forgotten()
    {
        IActorRef[] sessions = [.. Enumerable.Range(0, 5).Select(i => Session("akka.tcp://sfu@192.0.2.1:4053", $"s{i}"))];
        foreach (var session in sessions)
        {
            _formers.Add(_room, session);
        }

        Assert.Equal([false, false, true, true, true], sessions.Select(session => _formers.Contains(_room, session)));
    }

    private static PathActorRef Session(string node, string name) => new(ActorPath.Parse($"{node}/user/{name}"));
}
