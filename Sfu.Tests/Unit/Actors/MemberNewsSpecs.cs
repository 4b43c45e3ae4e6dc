using Akka.Actor;
using Akka.Cluster;
using Akka.Remote;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Sfu.Actors.Cluster;

namespace Sfu.Tests.Unit.Actors;

/// <summary>What becomes of a node's connections reaches everybody who follows, by one subscriber.</summary>
public sealed class MemberNewsSpecs : TestKit
{
    private static readonly Address _here = Address.Parse("akka.tcp://sfu@192.0.2.1:4053");
    private static readonly Address _elsewhere = Address.Parse("akka.tcp://sfu@192.0.2.2:4053");

    private readonly Member _member;
    private readonly IActorRef _news;

    public MemberNewsSpecs()
        : base("akka { loglevel = WARNING, actor.provider = cluster, remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 } }")
    {
        _member = Akka.Cluster.Cluster.Get(Sys).SelfMember;
        MemberNews.Get(Sys).TellTo(TestActor);
        Sys.ActorSelection("/system/sfu-member-news").Tell(new Identify(null), TestActor);
        _news = ExpectMsg<ActorIdentity>().Subject; // It has begun.
    }

    [Fact]
    public void Each_follower_hears_each_thing_once_however_often_it_asked()
    {
        var other = CreateTestProbe();
        MemberNews.Get(Sys).TellTo(other);
        MemberNews.Get(Sys).TellTo(other);
        _news.Tell(new ClusterEvent.UnreachableMember(_member));
        _news.Tell(new ClusterEvent.ReachableMember(_member));
        foreach (var follower in (TestKitBase[])[this, other])
        {
            follower.ExpectMsg<ClusterEvent.UnreachableMember>();
            follower.ExpectMsg<ClusterEvent.ReachableMember>();
        }

        Break();
        ExpectMsg<DisassociatedEvent>();
        other.ExpectMsg<DisassociatedEvent>();
    }

    [Fact]
    public void Who_comes_later_hears_who_is_out_of_reach_by_then()
    {
        _news.Tell(new ClusterEvent.UnreachableMember(_member));
        ExpectMsg<ClusterEvent.UnreachableMember>();
        var late = CreateTestProbe();
        MemberNews.Get(Sys).TellTo(late);
        Assert.Equal(_member, late.ExpectMsg<ClusterEvent.UnreachableMember>().Member);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_is_back_or_gone_is_not_out_of_reach(bool removed)
    {
        _news.Tell(new ClusterEvent.UnreachableMember(_member));
        _news.Tell(removed ? new ClusterEvent.MemberRemoved(_member.Copy(MemberStatus.Removed), MemberStatus.Down) : new ClusterEvent.ReachableMember(_member));
        var late = CreateTestProbe();
        MemberNews.Get(Sys).TellTo(late);
        Break();
        late.ExpectMsg<DisassociatedEvent>(); // First of all.
    }

    [Fact]
    public void Who_has_ended_is_followed_by_nobody()
    {
        var letters = CreateTestProbe();
        var ended = CreateTestProbe();
        MemberNews.Get(Sys).TellTo(ended);
        Break();
        ended.ExpectMsg<DisassociatedEvent>();
        Watch(ended);
        Sys.Stop(ended);
        ExpectMsg<DisassociatedEvent>();
        ExpectTerminated(ended);

        // Whoever watched it hears of it in no order: until then a letter is lost, from then on none is sent.
        Sys.EventStream.Subscribe(letters, typeof(Akka.Event.DeadLetter));
        AwaitAssert(() =>
        {
            letters.ReceiveWhile<object>(TimeSpan.Zero, static _ => true);
            Break();
            Break();
            ExpectMsg<DisassociatedEvent>();
            ExpectMsg<DisassociatedEvent>(); // The former one has been told to all.
            Assert.False(letters.HasMessages);
        });
    }

    private void Break() => Sys.EventStream.Publish(new DisassociatedEvent(_here, _elsewhere, inbound: false));
}
