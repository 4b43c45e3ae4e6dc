using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>A transport with listenInfos of its own has a WebRtcServer for itself, which comes and goes with it.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class PrivateServerSpecs
{
    private static readonly ListenInfo _listen = new(TransportProtocol.Udp, "127.0.0.1", null, 0);
    private static readonly WebRtcTransportOptions _options = new() { ListenInfos = [_listen, _listen with { Protocol = TransportProtocol.Tcp }] };

    public enum Cause
    {
        TransportClosed,
        RouterClosed,
        ServerClosed,
        ServerKilled,
        TransportKilled,
        OwnerLost,
        MediaFault,
        NodeClosed,
    }

    public static TheoryData<Cause> Causes() => [.. Enum.GetValues<Cause>()];

    [Theory]
    [MemberData(nameof(Causes))]
    public async Task It_closes_with_its_transport_whatever_the_cause_and_the_transport_says_which(Cause cause)
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("private");
        var bob = node.Client("private");
        var created = await alice.TransportAsync(_options);
        await alice.AskAsync<TransportConnected>(alice.Connect(created.TransportId));
        var producer = await alice.ProduceAsync(created.TransportId);
        var receiver = await bob.ConnectedTransportAsync();
        var consumer = await bob.ConsumeAsync(receiver, producer);
        var server = Assert.Single((await node.DumpAsync()).Servers, dump => dump.ServerId != new ServerId("main"));
        Assert.Equal([created.TransportId], server.Transports.AsEnumerable());
        Assert.Equal(2, server.Bound.Length);

        var expected = CloseReason.Requested;
        switch (cause)
        {
            case Cause.TransportClosed:
                await alice.DoAsync(new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, created.TransportId));
                break;
            case Cause.RouterClosed:
                expected = CloseReason.RouterClosed;
                await alice.DoAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router));
                break;
            case Cause.ServerClosed:
                expected = CloseReason.ListenServerClosed;
                await node.AskNodeAsync<Done>(new NodeProtocol.CloseServer(1, server.ServerId));
                break;
            case Cause.ServerKilled:
                expected = CloseReason.ListenServerClosed;
                node.System.ActorSelection($"/user/sfu-node/server-{server.ServerId}").Tell(Kill.Instance);
                break;
            case Cause.TransportKilled:
                expected = CloseReason.ControlFault;
                created.Transport.Tell(Kill.Instance);
                break;
            case Cause.OwnerLost:
                node.System.Stop(alice.Session);
                break;
            case Cause.MediaFault:
                expected = CloseReason.MediaFault;
                node.Media.FaultTransportOf(producer.Value);
                break;
            case Cause.NodeClosed:
                expected = CloseReason.NodeClosed;
                await node.AskNodeAsync<Done>(new NodeProtocol.CloseNode(1));
                break;
        }

        if (cause != Cause.OwnerLost)
        {
            Assert.Equal(expected, (await alice.EventAsync<SessionEvents.TransportClosed>()).Reason);
        }

        var ended = await bob.EventAsync<SessionEvents.ConsumerClosed>();
        Assert.Equal(consumer, ended.ConsumerId);
        Assert.Equal(cause is Cause.RouterClosed or Cause.NodeClosed ? CloseReason.TransportClosed : CloseReason.ProducerClosed, ended.Reason);
        await TestNode.UntilAsync(
            async () => (await node.DumpAsync()) is { } dump
                && dump.Servers.All(left => left.ServerId != server.ServerId) && dump.Media.Servers.Length == (cause == Cause.NodeClosed ? 0 : 1),
            () => "the private server is left over");
        var journal = node.Media.Journal;
        Assert.InRange(journal.IndexOf("sockets closed"), journal.IndexOf(journal.First(entry => entry.StartsWith("close_notify", StringComparison.Ordinal))), journal.Length);
    }

    [Fact]
    public async Task Where_a_transport_listens_is_said_in_one_way_only()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("both");
        Assert.Equal(
            SfuErrorCode.InvalidParameters,
            await alice.RejectedAsync(Create(alice, _options with { Server = new ServerId("main") })));
        Assert.Equal(
            SfuErrorCode.InvalidParameters,
            await alice.RejectedAsync(Create(alice, _options with { ListenInfos = [_listen], EnableUdp = false })));
        await MustHaveNoPrivateServerAsync(node, alice);
    }

    [Theory]
    [InlineData(nameof(IMediaPlane.OpenServer))]
    [InlineData(nameof(IMediaPlane.OpenTransport))]
    public async Task What_cannot_be_opened_refuses_the_transport_with_the_reason_and_leaves_nothing(string failing)
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("fails");
        node.Media.Fail(failing, MediaErrorCode.System);
        var rejected = await alice.AskAsync<Rejected>(Create(alice, _options));
        Assert.Equal(SfuErrorCode.Unavailable, rejected.Error.Code);
        Assert.Contains(failing, rejected.Error.Reason, StringComparison.Ordinal);
        Assert.Equal(
            SfuErrorCode.InvalidParameters,
            await alice.RejectedAsync(Create(alice, _options with { MaxTuples = 0 })));
        await MustHaveNoPrivateServerAsync(node, alice);
        await alice.ConnectedTransportAsync(_options);
    }

    [Fact]
    public async Task It_serves_where_the_node_has_no_server_any_more()
    {
        await using var node = await TestNode.StartAsync();
        await node.AskNodeAsync<Done>(new NodeProtocol.CloseServer(1, new ServerId("main")));
        var alice = node.Client("alone");
        await alice.ProduceAsync(await alice.ConnectedTransportAsync(_options));
    }

    private static RouterProtocol.CreateWebRtcTransport Create(TestClient client, WebRtcTransportOptions options) =>
        new(client.NextRequest, client.Router, options, null, client.Session);

    private static async Task MustHaveNoPrivateServerAsync(TestNode node, TestClient client)
    {
        await node.MustBeEmptyAsync(client.Router.Value);
        await TestNode.UntilAsync(
            async () => (await node.DumpAsync()) is { Servers.Length: 1, Media.Servers.Length: 1 }, () => "a private server is left over");
    }
}
