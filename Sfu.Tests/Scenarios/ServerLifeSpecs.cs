using Akka.Actor;
using Akka.TestKit;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>WebRtcServers that come and go while the node runs, and who hears of it.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class ServerLifeSpecs
{
    private static readonly ServerId _second = new("a second one: with odd/characters");
    private static readonly ListenInfo _listen = new(TransportProtocol.Udp, "127.0.0.1", null, 0);

    [Fact]
    public async Task A_server_that_is_opened_carries_transports_and_its_name_is_free_after_it_closed()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("opened");
        for (var round = 0; round < 3; round++)
        {
            var opened = await node.AskNodeAsync<NodeProtocol.ServerOpened>(new NodeProtocol.OpenServer(1, _second, [_listen]));
            Assert.Equal(_second, opened.ServerId);
            Assert.NotEqual(0, Assert.Single(opened.Bound).Port);
            Assert.Equal(SfuErrorCode.AlreadyExists, (await node.AskNodeAsync<Rejected>(new NodeProtocol.OpenServer(2, _second, [_listen]))).Error.Code);
            var created = await alice.TransportAsync(new WebRtcTransportOptions { Server = _second });
            Assert.Equal(opened.Bound[0].Port, created.IceCandidates[0].Port);
            await node.AskNodeAsync<Done>(new NodeProtocol.CloseServer(3, _second));
            await TestNode.UntilAsync(async () => (await node.DumpAsync()).Servers.Length == 1, () => "the closed server is still there");
        }
    }

    [Fact]
    public async Task A_Router_outlives_its_server_and_takes_transports_on_another()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("outlives");
        await alice.AttachAsync();
        await alice.ConnectedTransportAsync();
        await node.AskNodeAsync<Done>(new NodeProtocol.CloseServer(1, new ServerId("main")));
        Assert.Equal(
            SfuErrorCode.Unavailable,
            await alice.RejectedAsync(new RouterProtocol.CreateWebRtcTransport(alice.NextRequest, alice.Router, WebRtcTransportOptions.Default, null, null)));
        Assert.IsType<NodeProtocol.NodeFailed>(await node.AskNodeAsync<NodeProtocol.IWhenReadyReply>(new NodeProtocol.WhenReady(2)));

        await node.AskNodeAsync<NodeProtocol.ServerOpened>(new NodeProtocol.OpenServer(3, _second, [_listen]));
        var sender = await alice.ConnectedTransportAsync(new WebRtcTransportOptions { Server = _second });
        await alice.ConsumeAsync(sender, await alice.ProduceAsync(sender));

        // The node's own server may come back too, and the node is ready again.
        await node.AskNodeAsync<NodeProtocol.ServerOpened>(new NodeProtocol.OpenServer(4, new ServerId("main"), [_listen]));
        Assert.IsType<NodeProtocol.NodeReady>(await node.AskNodeAsync<NodeProtocol.IWhenReadyReply>(new NodeProtocol.WhenReady(5)));
        await alice.ConnectedTransportAsync();
    }

    [Fact]
    public async Task A_server_that_cannot_be_opened_says_why_and_leaves_nothing()
    {
        await using var node = await TestNode.StartAsync();
        node.Media.Fail(nameof(IMediaPlane.OpenServer), MediaErrorCode.System);
        var refused = await node.AskNodeAsync<Rejected>(new NodeProtocol.OpenServer(1, _second, [_listen]));
        Assert.Equal(SfuErrorCode.Unavailable, refused.Error.Code);
        Assert.Contains("OpenServer", refused.Error.Reason, StringComparison.Ordinal);
        await TestNode.UntilAsync(async () => (await node.DumpAsync()).Servers.Length == 1, () => "the failed server is still there");
        await node.AskNodeAsync<NodeProtocol.ServerOpened>(new NodeProtocol.OpenServer(2, _second, [_listen]));
    }

    [Theory]
    [InlineData("no-address", null, 0)]
    [InlineData("127.0.0.1", "not a host", 0)]
    [InlineData("127.0.0.1", "", 0)]
    [InlineData("127.0.0.1", null, 7)]
    public async Task Addresses_that_make_no_sense_are_refused_before_anything_is_opened(string ip, string? announced, ushort port)
    {
        await using var node = await TestNode.StartAsync();
        var info = new ListenInfo(TransportProtocol.Udp, ip, announced, port, PortRange: port == 0 ? null : new PortRange(10, 20));
        Assert.Equal(SfuErrorCode.InvalidParameters, (await node.AskNodeAsync<Rejected>(new NodeProtocol.OpenServer(1, _second, [info]))).Error.Code);
        Assert.Equal(SfuErrorCode.InvalidParameters, (await node.AskNodeAsync<Rejected>(new NodeProtocol.OpenServer(2, _second, []))).Error.Code);
        var alice = node.Client("senseless");
        Assert.Equal(
            SfuErrorCode.InvalidParameters,
            await alice.RejectedAsync(new RouterProtocol.CreateWebRtcTransport(
                alice.NextRequest, alice.Router, new WebRtcTransportOptions { ListenInfos = [info] }, null, null)));
        Assert.Single((await node.Media.DumpAsync()).Servers);
    }

    [Fact]
    public async Task Closing_is_the_same_however_often_it_is_asked_for()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("often");
        await alice.AskAsync<RouterCreated>(new RouterProtocol.CreateRouter(alice.NextRequest, alice.Router, Sfu.Media.Ortc.DefaultMediaCodecs.Value, JsonText.EmptyObject));
        var transport = await alice.ConnectedTransportAsync();
        var producer = await alice.ProduceAsync(transport);
        var consumer = await alice.ConsumeAsync(transport, producer);
        foreach (var close in new Func<IRouterMessage>[]
        {
            () => new RouterProtocol.CloseConsumer(alice.NextRequest, alice.Router, consumer),
            () => new RouterProtocol.CloseProducer(alice.NextRequest, alice.Router, producer),
            () => new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, transport),
            () => new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router),
        })
        {
            // At the same time, and again later; a Router that is gone for good is not known any more.
            node.Region.Tell(close(), alice.Asker.Ref);
            node.Region.Tell(close(), alice.Asker.Ref);
            await alice.Asker.ExpectMsgAsync<Done>(TestNode.Patience);
            await alice.Asker.ExpectMsgAsync<Done>(TestNode.Patience);
            if (close() is not RouterProtocol.CloseRouter)
            {
                await alice.DoAsync(close());
            }
        }

        Assert.Single((await alice.EventsAsync()).OfType<SessionEvents.TransportClosed>());
        foreach (var close in new Func<long, IRequest>[] { id => new NodeProtocol.CloseServer(id, new ServerId("main")), id => new NodeProtocol.CloseNode(id) })
        {
            var asker = node.Kit.CreateTestProbe();
            node.Node.Tell(close(1), asker.Ref);
            node.Node.Tell(close(2), asker.Ref);
            Assert.Equal(1, (await asker.ExpectMsgAsync<Done>(TestNode.Patience)).RequestId);
            Assert.Equal(2, (await asker.ExpectMsgAsync<Done>(TestNode.Patience)).RequestId);
            await node.AskNodeAsync<Done>(close(3));
        }
    }

    [Fact]
    public async Task Subscriber_hears_of_each_transport_once_each_way_and_of_the_end_last()
    {
        await using var node = await TestNode.StartAsync();
        var opened = await node.AskNodeAsync<NodeProtocol.ServerOpened>(new NodeProtocol.OpenServer(1, _second, [_listen]));
        var options = new WebRtcTransportOptions { Server = _second };
        var early = node.Client("early");
        var before = await early.TransportAsync(options);

        var subscriber = node.Kit.CreateTestProbe();
        await node.AskNodeAsync<NodeProtocol.ServerSubscribed>(new NodeProtocol.SubscribeServer(2, _second, subscriber.Ref));
        var state = await subscriber.ExpectMsgAsync<WebRtcServerEvents.ServerState>(TestNode.Patience);
        Assert.Equal(opened.Bound.AsEnumerable(), state.Bound);
        Assert.Equal([before.TransportId], state.Transports.AsEnumerable());

        // Closed by itself, with its Router, with its owner, killed: handled and unhandled, each once.
        foreach (var cause in new[] { "transport", "router", "owner", "killed" })
        {
            var client = node.Client(cause);
            var created = await client.TransportAsync(options);
            Assert.Equal(
                new WebRtcServerEvents.TransportHandled(_second, client.Router, created.TransportId),
                await subscriber.ExpectMsgAsync<WebRtcServerEvents.TransportHandled>(TestNode.Patience));
            switch (cause)
            {
                case "transport":
                    node.Region.Tell(new RouterProtocol.CloseTransport(client.NextRequest, client.Router, created.TransportId), client.Asker.Ref);
                    break;
                case "router":
                    node.Region.Tell(new RouterProtocol.CloseRouter(client.NextRequest, client.Router), client.Asker.Ref);
                    break;
                case "owner":
                    node.System.Stop(client.Session);
                    break;
                default:
                    created.Transport.Tell(Kill.Instance);
                    break;
            }

            Assert.Equal(
                new WebRtcServerEvents.TransportUnhandled(_second, client.Router, created.TransportId),
                await subscriber.ExpectMsgAsync<WebRtcServerEvents.TransportUnhandled>(TestNode.Patience));
        }

        // A transport that never listened was never handled.
        node.Media.Fail(nameof(IMediaPlane.OpenTransport));
        await early.RejectedAsync(new RouterProtocol.CreateWebRtcTransport(early.NextRequest, early.Router, options, null, null));

        await node.AskNodeAsync<Done>(new NodeProtocol.CloseServer(3, _second));
        Assert.Equal(
            new WebRtcServerEvents.TransportUnhandled(_second, early.Router, before.TransportId),
            await subscriber.ExpectMsgAsync<WebRtcServerEvents.TransportUnhandled>(TestNode.Patience));
        Assert.Equal(
            new WebRtcServerEvents.ServerClosed(_second, CloseReason.Requested),
            await subscriber.ExpectMsgAsync<WebRtcServerEvents.ServerClosed>(TestNode.Patience));
        await node.DumpAsync();
        Assert.False(subscriber.HasMessages);
        var late = new NodeProtocol.SubscribeServer(4, _second, subscriber.Ref);
        Assert.Equal(SfuErrorCode.Closed, (await node.AskNodeAsync<Rejected>(late)).Error.Code);
        Assert.Equal(SfuErrorCode.NotFound, (await node.AskNodeAsync<Rejected>(late with { ServerId = new ServerId("ghost") })).Error.Code);
    }

    [Fact]
    public async Task Subscriber_of_a_killed_server_hears_of_what_went_with_it()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("killed");
        var created = await alice.TransportAsync();
        var main = new ServerId("main");
        var subscriber = node.Kit.CreateTestProbe();
        var leaves = node.Kit.CreateTestProbe();
        foreach (var probe in new[] { subscriber, leaves })
        {
            await node.AskNodeAsync<NodeProtocol.ServerSubscribed>(new NodeProtocol.SubscribeServer(1, main, probe.Ref));
            await probe.ExpectMsgAsync<WebRtcServerEvents.ServerState>(TestNode.Patience);
        }

        await node.AskNodeAsync<Done>(new NodeProtocol.UnsubscribeServer(2, main, leaves.Ref));
        node.System.ActorSelection("/user/sfu-node/server-main").Tell(Kill.Instance);
        Assert.Equal(created.TransportId, (await subscriber.ExpectMsgAsync<WebRtcServerEvents.TransportUnhandled>(TestNode.Patience)).TransportId);
        Assert.Equal(CloseReason.ControlFault, (await subscriber.ExpectMsgAsync<WebRtcServerEvents.ServerClosed>(TestNode.Patience)).Reason);
        Assert.False(leaves.HasMessages);
    }
}
