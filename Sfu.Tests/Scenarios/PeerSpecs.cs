using Sfu.Actors.Protocol;
using Sfu.Media.Ortc;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>Who is in a room, and who hears of it.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class PeerSpecs(TestNodeFixture fixture) : IClassFixture<TestNodeFixture>
{
    private TestNode Node => fixture.Node;

    [Fact]
    public async Task A_peer_learns_who_is_there_and_the_others_learn_of_it()
    {
        var alice = Node.Client("join", "alice");
        var bob = Node.Client("join", "bob");
        Assert.Empty((await alice.AttachAsync()).Peers);
        var producer = await alice.ProduceAsync(await alice.ConnectedTransportAsync());

        // The transport has answered; behind this its Router has booked it, too.
        await alice.EventsAsync();
        var attached = await bob.AttachAsync();
        Assert.Equal(alice.Peer, Assert.Single(attached.Peers).PeerId);
        Assert.Equal(producer, Assert.Single(attached.Producers).ProducerId);
        Assert.NotEmpty(attached.RtpCapabilities.Codecs);
        Assert.Equal(bob.Peer, (await alice.EventAsync<SessionEvents.PeerJoined>()).Peer.PeerId);

        await bob.DoAsync(new PeerProtocol.UpdatePeer(bob.NextRequest, bob.Router, bob.Peer, bob.Session, "Robert", null));
        Assert.Equal("Robert", (await alice.EventAsync<SessionEvents.PeerUpdated>()).Peer.DisplayName);
        await bob.DoAsync(new PeerProtocol.DetachPeer(bob.NextRequest, bob.Router, bob.Peer, bob.Session));
        Assert.Equal(CloseReason.PeerClosed, (await alice.EventAsync<SessionEvents.PeerLeft>()).Reason);
        Assert.Empty(await bob.EventsAsync());
        await alice.DoAsync(new PeerProtocol.DetachPeer(alice.NextRequest, alice.Router, alice.Peer, alice.Session));
        Assert.Equal(CloseReason.PeerClosed, (await alice.EventAsync<SessionEvents.TransportClosed>()).Reason);
        await Node.MustBeEmptyAsync("join");
    }

    [Fact]
    public async Task A_second_session_takes_the_place_of_the_first_with_its_transports()
    {
        var bob = Node.Client("replace", "bob");
        await bob.AttachAsync();
        var first = Node.Client("replace", "alice");
        await first.AttachAsync();
        await first.TransportAsync();
        var second = Node.Client("replace", "alice");
        await second.AttachAsync();
        Assert.Equal(CloseReason.PeerReplaced, (await first.EventAsync<SessionEvents.PeerDetached>()).Reason);
        Assert.Equal(CloseReason.PeerReplaced, (await first.EventAsync<SessionEvents.TransportClosed>()).Reason);
        await bob.EventAsync<SessionEvents.PeerJoined>();
        Assert.Equal(CloseReason.PeerReplaced, (await bob.EventAsync<SessionEvents.PeerLeft>()).Reason);
        await bob.EventAsync<SessionEvents.PeerJoined>();

        // The first session's end takes nobody along any more.
        Assert.Equal(
            SfuErrorCode.NotFound,
            await first.RejectedAsync(new PeerProtocol.DetachPeer(first.NextRequest, first.Router, first.Peer, first.Session)));
        Node.System.Stop(first.Session);
        await second.TransportAsync();
        await bob.DoAsync(new RouterProtocol.CloseRouter(bob.NextRequest, bob.Router));
        await Node.MustBeEmptyAsync("replace");
    }

    [Fact]
    public async Task The_same_session_may_attach_again()
    {
        var alice = Node.Client("again", "alice");
        var bob = Node.Client("again", "bob");
        await bob.AttachAsync();
        await alice.AttachAsync();
        await alice.TransportAsync();
        await alice.AttachAsync(new RtpCapabilities());
        await bob.EventAsync<SessionEvents.PeerJoined>();
        await bob.EventAsync<SessionEvents.PeerUpdated>();
        Assert.DoesNotContain(await alice.EventsAsync(), message => message is not SessionEvents.LocalUfragAdded);
        await bob.DoAsync(new RouterProtocol.CloseRouter(bob.NextRequest, bob.Router));
        await Node.MustBeEmptyAsync("again");
    }

    [Fact]
    public async Task Who_asks_again_for_what_is_there_is_not_noticed_by_the_others()
    {
        var alice = Node.Client("asks", "alice");
        var bob = Node.Client("asks", "bob");
        await bob.AttachAsync();
        await alice.AttachAsync();
        await alice.AttachAsync();
        var transport = await alice.TransportAsync();
        var present = await alice.AskAsync<PeerAttached>(alice.AttachAgain("another name"));
        Assert.Equal((bob.Peer, transport.TransportId), (Assert.Single(present.Peers).PeerId, Assert.Single(present.Transports)));
        Assert.Equal("alice", Assert.IsType<SessionEvents.PeerJoined>(Assert.Single(await bob.EventsAsync())).Peer.DisplayName);
        await bob.DoAsync(new RouterProtocol.CloseRouter(bob.NextRequest, bob.Router));
        await Node.MustBeEmptyAsync("asks");
    }

    [Fact]
    public async Task Who_asks_again_does_not_take_the_place_that_another_session_has_taken()
    {
        var former = Node.Client("place", "alice");
        var alice = Node.Client("place", "alice");
        await former.AttachAsync();
        await alice.AttachAsync();
        await former.EventAsync<SessionEvents.PeerDetached>();
        Assert.Equal(SfuErrorCode.Closed, (await former.AskAsync<Rejected>(former.AttachAgain("alice"))).Error.Code);
        Assert.Equal(CloseReason.PeerReplaced, (await former.EventAsync<SessionEvents.PeerDetached>()).Reason);
        Assert.Empty(await alice.EventsAsync());
        await alice.DoAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router));
        await Node.MustBeEmptyAsync("place");
    }

    [Fact]
    public async Task A_peer_that_leaves_while_its_transport_opens_leaves_nothing()
    {
        var alice = Node.Client("hasty", "alice");
        await alice.AttachAsync();
        for (var i = 0; i < 20; i++)
        {
            Node.Region.Tell(
                new RouterProtocol.CreateWebRtcTransport(alice.NextRequest, alice.Router, WebRtcTransportOptions.Default, alice.Peer, alice.Session),
                alice.Asker.Ref);
        }

        Node.Region.Tell(new PeerProtocol.DetachPeer(alice.NextRequest, alice.Router, alice.Peer, alice.Session), alice.Asker.Ref);
        for (var i = 0; i < 21; i++)
        {
            await alice.Asker.ExpectMsgAsync<IReply>(TestNode.Patience);
        }

        await Node.MustBeEmptyAsync("hasty");
    }

    [Fact]
    public async Task A_Router_that_came_by_use_ends_when_nobody_uses_it()
    {
        var alice = Node.Client("abandoned", "alice");
        await alice.AttachAsync();
        var transport = await alice.TransportAsync();
        await alice.DoAsync(new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, transport.TransportId));
        await alice.DoAsync(new PeerProtocol.DetachPeer(alice.NextRequest, alice.Router, alice.Peer, alice.Session));
        await TestNode.UntilAsync(
            async () => (await Node.DumpAsync()).Branches.All(branch => branch.RouterId != alice.Router), () => "the branch is still there");
        var dump = await alice.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(alice.NextRequest, alice.Router));
        Assert.False(dump.Exists);
        await alice.AttachAsync();
        await alice.DoAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router));
    }
}
