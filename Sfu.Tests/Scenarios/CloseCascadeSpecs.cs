using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Bridge;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>One law per cause: everything that closes says so once, with the nearest cause, and nothing is left.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class CloseCascadeSpecs
{
    private sealed record Call(TestClient Alice, TestClient Bob, TransportId Sender, ProducerId Producer, TransportId Receiver, ConsumerId Consumer);

    [Fact]
    public async Task Closing_a_transport_closes_its_Producers_by_transportclose_and_their_Consumers_elsewhere_by_producerclose()
    {
        await using var node = await TestNode.StartAsync();
        var call = await CallAsync(node, "transport-close");
        await call.Alice.DoAsync(new RouterProtocol.CloseTransport(call.Alice.NextRequest, call.Alice.Router, call.Sender));
        await ExpectAsync(
            call.Alice,
            new SessionEvents.ProducerClosed(call.Alice.Router, call.Producer, CloseReason.TransportClosed),
            new SessionEvents.TransportClosed(call.Alice.Router, call.Sender, CloseReason.Requested));
        await ExpectAsync(
            call.Bob,
            new SessionEvents.ProducerClosed(call.Bob.Router, call.Producer, CloseReason.TransportClosed),
            new SessionEvents.ConsumerClosed(call.Bob.Router, call.Receiver, call.Consumer, CloseReason.ProducerClosed));
        var can = await call.Bob.AskAsync<CanConsumeAnswer>(new RouterProtocol.CanConsume(
            call.Bob.NextRequest, call.Bob.Router, call.Producer, await call.Bob.CapabilitiesAsync()));
        Assert.False(can.CanConsume);
        await call.Bob.DoAsync(new RouterProtocol.CloseTransport(call.Bob.NextRequest, call.Bob.Router, call.Receiver));
        await ExpectAsync(call.Bob, new SessionEvents.TransportClosed(call.Bob.Router, call.Receiver, CloseReason.Requested));
        await node.MustBeEmptyAsync("transport-close");
    }

    [Fact]
    public async Task A_Consumer_whose_own_transport_closes_reports_transportclose_only()
    {
        await using var node = await TestNode.StartAsync();
        var call = await CallAsync(node, "own-transport");
        await call.Bob.DoAsync(new RouterProtocol.CloseTransport(call.Bob.NextRequest, call.Bob.Router, call.Receiver));
        await ExpectAsync(
            call.Bob,
            new SessionEvents.ConsumerClosed(call.Bob.Router, call.Receiver, call.Consumer, CloseReason.TransportClosed),
            new SessionEvents.TransportClosed(call.Bob.Router, call.Receiver, CloseReason.Requested));
        Assert.Empty(await call.Alice.EventsAsync());
    }

    [Fact]
    public async Task A_closing_server_takes_its_transports_along_and_leaves_the_Router()
    {
        await using var node = await TestNode.StartAsync();
        var call = await CallAsync(node, "server-close");
        await node.AskNodeAsync<Done>(new NodeProtocol.CloseServer(1, new ServerId("main")));
        await ExpectAllClosedAsync(call, CloseReason.ListenServerClosed);
        await node.MustBeEmptyAsync("server-close");
        var journal = node.Media.Journal;
        Assert.Equal("sockets closed", journal[^1]);
        Assert.Equal(2, journal.Count(entry => entry.StartsWith("close_notify", StringComparison.Ordinal)));
        var dump = await call.Alice.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(call.Alice.NextRequest, call.Alice.Router));
        Assert.Equal(2, dump.Peers.Length);
        Assert.Equal(
            SfuErrorCode.Unavailable,
            await call.Alice.RejectedAsync(new RouterProtocol.CreateWebRtcTransport(
                call.Alice.NextRequest, call.Alice.Router, WebRtcTransportOptions.Default, null, null)));
    }

    [Fact]
    public async Task What_the_media_plane_says_of_transports_whose_actors_have_ended_is_no_dead_letter()
    {
        await using var node = await TestNode.StartAsync();
        var call = await CallAsync(node, "dead-letters");
        var letters = node.Kit.CreateTestProbe();
        node.System.EventStream.Subscribe(letters.Ref, typeof(DeadLetter));
        using (node.Media.Hold())
        {
            await call.Alice.DoAsync(new RouterProtocol.CloseRouter(call.Alice.NextRequest, call.Alice.Router));
        }

        await TestNode.UntilAsync(async () => (await node.Media.DumpAsync()).HasNoTransports, () => "The media plane has transports.");
        await node.DumpAsync();
        while (letters.HasMessages)
        {
            Assert.IsNotAssignableFrom<MediaEvents.IMediaEvent>((await letters.ExpectMsgAsync<DeadLetter>()).Message);
        }
    }

    [Fact]
    public async Task A_killed_server_still_says_goodbye_before_its_sockets_close()
    {
        await using var node = await TestNode.StartAsync();
        var call = await CallAsync(node, "server-killed");
        node.System.ActorSelection("/user/sfu-node/server-main").Tell(Kill.Instance);
        await ExpectAllClosedAsync(call, CloseReason.ListenServerClosed);
        await node.MustBeEmptyAsync("server-killed");
        await TestNode.UntilAsync(
            () => Task.FromResult(node.Media.Journal[^1] == "sockets closed"), () => string.Join(", ", node.Media.Journal));
        Assert.Equal(2, node.Media.Journal.Count(entry => entry.StartsWith("close_notify", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_closing_Router_takes_everything_along()
    {
        await using var node = await TestNode.StartAsync();
        var call = await CallAsync(node, "router-close");
        await call.Alice.DoAsync(new RouterProtocol.CloseRouter(call.Alice.NextRequest, call.Alice.Router));
        var closed = new SessionEvents.RouterClosed(call.Alice.Router, CloseReason.Requested);
        await ExpectAllClosedAsync(call, CloseReason.RouterClosed, extra: closed);
        await node.MustBeEmptyAsync("router-close");
        Assert.True((await node.DumpAsync()).IsIdle);
        var dump = await call.Alice.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(call.Alice.NextRequest, call.Alice.Router));
        Assert.False(dump.Exists);
    }

    [Fact]
    public async Task A_transport_whose_owner_dies_closes_and_the_peer_leaves()
    {
        await using var node = await TestNode.StartAsync();
        var call = await CallAsync(node, "owner");
        node.System.Stop(call.Alice.Session);
        await ExpectAsync(
            call.Bob,
            new SessionEvents.ProducerClosed(call.Bob.Router, call.Producer, CloseReason.TransportClosed),
            new SessionEvents.ConsumerClosed(call.Bob.Router, call.Receiver, call.Consumer, CloseReason.ProducerClosed),
            new SessionEvents.PeerLeft(call.Bob.Router, call.Alice.Peer, CloseReason.OwnerClosed));
        node.System.Stop(call.Bob.Session);
        await node.MustBeEmptyAsync("owner");
    }

    [Fact]
    public async Task A_transport_whose_actor_throws_closes_alone()
    {
        await using var node = await TestNode.StartAsync();
        var call = await CallAsync(node, "throws");
        node.Media.ThrowOn("RestartIce");
        Assert.Equal(
            SfuErrorCode.Fault,
            await call.Alice.RejectedAsync(new RouterProtocol.RestartIce(call.Alice.NextRequest, call.Alice.Router, call.Sender)));
        await ExpectAsync(
            call.Alice,
            new SessionEvents.ProducerClosed(call.Alice.Router, call.Producer, CloseReason.TransportClosed),
            new SessionEvents.TransportClosed(call.Alice.Router, call.Sender, CloseReason.ControlFault));
        await ExpectAsync(
            call.Bob,
            new SessionEvents.ProducerClosed(call.Bob.Router, call.Producer, CloseReason.TransportClosed),
            new SessionEvents.ConsumerClosed(call.Bob.Router, call.Receiver, call.Consumer, CloseReason.ProducerClosed));
        var media = await node.Media.DumpAsync();
        Assert.Single(media.Transports);
        await call.Bob.DoAsync(new RouterProtocol.CloseTransport(call.Bob.NextRequest, call.Bob.Router, call.Receiver));
        await node.MustBeEmptyAsync("throws");
    }

    [Fact]
    public async Task A_media_fault_closes_the_transport_that_it_happened_to()
    {
        await using var node = await TestNode.StartAsync();
        var call = await CallAsync(node, "fault");
        node.Media.FaultTransport(0);
        await ExpectAsync(
            call.Alice,
            new SessionEvents.ProducerClosed(call.Alice.Router, call.Producer, CloseReason.TransportClosed),
            new SessionEvents.TransportClosed(call.Alice.Router, call.Sender, CloseReason.MediaFault));
        await call.Bob.EventAsync<SessionEvents.ConsumerClosed>(closed => closed.Reason == CloseReason.ProducerClosed);
        await call.Bob.DoAsync(new RouterProtocol.CloseTransport(call.Bob.NextRequest, call.Bob.Router, call.Receiver));
        await node.MustBeEmptyAsync("fault");
    }

    [Fact]
    public async Task A_node_that_shuts_down_waits_for_the_last_goodbye()
    {
        await using var node = await TestNode.StartAsync();
        await CallAsync(node, "shutdown");
        await node.StopAsync();
        var journal = node.Media.Journal;
        Assert.Equal("sockets closed", journal[^1]);
        Assert.Equal(2, journal.Count(entry => entry.StartsWith("close_notify", StringComparison.Ordinal)));
        Assert.True((await node.Media.DumpAsync()).IsEmpty);
    }

    [Fact]
    public async Task A_media_plane_that_hangs_delays_a_shutdown_no_longer_than_the_deadline()
    {
        await using var node = await TestNode.StartAsync("sfu.node.close-deadline = 300 ms");
        await CallAsync(node, "hangs");
        using (node.Media.Hold())
        {
            await node.AskNodeAsync<Done>(new NodeProtocol.CloseNode(1));
            Assert.DoesNotContain("sockets closed", node.Media.Journal);
        }
    }

    [Fact]
    public async Task A_thousand_transports_close_in_one_cascade()
    {
        const int Transports = 1000;
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("thousand", "alice");
        var producer = await alice.ProduceAsync(await alice.ConnectedTransportAsync());
        var capabilities = await alice.CapabilitiesAsync();
        for (var i = 0; i < Transports; i++)
        {
            node.Region.Tell(
                new RouterProtocol.CreateWebRtcTransport(alice.NextRequest, alice.Router, WebRtcTransportOptions.Default, alice.Peer, alice.Session),
                alice.Asker.Ref);
        }

        for (var i = 0; i < Transports; i++)
        {
            var created = await alice.Asker.ExpectMsgAsync<TransportCreated>(TestNode.Patience);
            node.Region.Tell(alice.Consume(created.TransportId, producer, capabilities), node.Kit.CreateTestProbe("ignored-" + i).Ref);
        }

        await TestNode.UntilAsync(
            async () => (await node.Media.DumpAsync()).Transports.Sum(transport => transport.Consumers.Length) == Transports, () => "consumers");
        await node.AskNodeAsync<Done>(new NodeProtocol.CloseServer(1, new ServerId("main")));
        await node.MustBeEmptyAsync("thousand");
        var events = await alice.EventsAsync();
        Assert.Equal(Transports + 1, events.OfType<SessionEvents.TransportClosed>().Distinct().Count());
        Assert.Equal(Transports + 1, events.OfType<SessionEvents.TransportClosed>().Count());
        var consumers = events.OfType<SessionEvents.ConsumerClosed>().ToArray();
        Assert.Equal(Transports, consumers.Length);
        Assert.All(consumers, closed => Assert.Equal(CloseReason.TransportClosed, closed.Reason));
    }

    private static async Task<Call> CallAsync(TestNode node, string room)
    {
        var alice = node.Client(room, "alice");
        var bob = node.Client(room, "bob");
        await alice.AttachAsync();
        await bob.AttachAsync();
        var sender = await alice.ConnectedTransportAsync();
        var producer = await alice.ProduceAsync(sender);
        var receiver = await bob.ConnectedTransportAsync();
        var consumer = await bob.ConsumeAsync(receiver, producer);
        await alice.EventAsync<SessionEvents.PeerJoined>();
        await bob.EventAsync<SessionEvents.ProducerOpened>();
        await alice.EventsAsync();
        await bob.EventsAsync();
        return new Call(alice, bob, sender, producer, receiver, consumer);
    }

    /// <summary>Exactly these events, in whatever order: it is not fixed across actors. What is about paths doesn't count.</summary>
    private static async Task ExpectAsync(TestClient client, params ISessionEvent[] expected)
    {
        var actual = new List<ISessionEvent>();
        await TestNode.UntilAsync(
            async () =>
            {
                actual.AddRange((await client.EventsAsync()).Where(message => !CascadeWorld.IsAboutPaths(message)));
                return actual.Count >= expected.Length;
            },
            () => string.Join('\n', actual));
        Assert.Equal(expected.Select(message => message.ToString()).Order(), actual.Select(message => message.ToString()).Order());
    }

    private static async Task ExpectAllClosedAsync(Call call, CloseReason reason, ISessionEvent? extra = null)
    {
        await ExpectAsync(
            call.Alice,
            [
                new SessionEvents.ProducerClosed(call.Alice.Router, call.Producer, CloseReason.TransportClosed),
                new SessionEvents.TransportClosed(call.Alice.Router, call.Sender, reason),
                .. extra is null ? [] : new[] { extra },
            ]);
        await ExpectAsync(
            call.Bob,
            [
                new SessionEvents.ConsumerClosed(call.Bob.Router, call.Receiver, call.Consumer, CloseReason.TransportClosed),
                new SessionEvents.TransportClosed(call.Bob.Router, call.Receiver, reason),
                .. extra is null ? [new SessionEvents.ProducerClosed(call.Bob.Router, call.Producer, CloseReason.TransportClosed)] : new[] { extra },
            ]);
    }
}
