using Sfu.Actors.Client;
using Sfu.Actors.Protocol;
using Sfu.Tests.Scenarios;
using Sfu.Tests.Support;

namespace Sfu.Tests.MultiNode;

/// <summary>A service drives nodes other than its own.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class RemoteNodeSpecs
{
    private static readonly ServerId _extra = new("extra");

    [Fact]
    public async Task WebRtcServers_of_any_node_are_opened_followed_and_closed()
    {
        await using var cluster = await TestCluster.StartAsync("sfu", "sfu", "gateway");
        var (holder, carrier) = (cluster.Nodes[0], cluster.Nodes[1]);
        await using var sfu = SfuClient.Create(cluster.Nodes[2].System);
        await using var session = sfu.OpenSession();
        using var patience = new CancellationTokenSource(TestNode.Patience);
        var node = carrier.Address.ToString();
        var room = new RouterId("served");
        await cluster.CreateRouterOnAsync(holder, room);

        var opened = await sfu.OpenServerAsync(node, _extra, [TestClient.Loopback]);
        Assert.Equal(SfuErrorCode.AlreadyExists, await ErrorAsync(sfu.OpenServerAsync(node, _extra, [TestClient.Loopback])));
        await sfu.SubscribeServerAsync(node, _extra, session.Actor);
        Assert.Equal(opened.Bound.AsEnumerable(), (await session.NextAsync<WebRtcServerEvents.ServerState>(patience.Token)).Bound);

        TransportCreated? created = null;
        await TestNode.UntilAsync(
            async () =>
            {
                try
                {
                    created = await sfu.CreateWebRtcTransportAsync(room, WebRtcTransportOptions.Default with { Server = _extra });
                    return true;
                }
                catch (SfuRequestException e) when (e.Error.Code == SfuErrorCode.Unavailable)
                {
                    // The Router has not heard of the server.
                    return false;
                }
            },
            () => "No node takes a transport for the server.");
        var handled = await session.NextAsync<WebRtcServerEvents.TransportHandled>(patience.Token);
        Assert.Equal((room, created!.TransportId), (handled.RouterId, handled.TransportId));

        var dump = await sfu.DumpNodeAsync(node);
        Assert.Equal(created.TransportId, Assert.Single(dump.Servers, server => server.ServerId == _extra).Transports.Single());
        Assert.Equal(room, Assert.Single(dump.Branches).RouterId);
        Assert.Single(dump.Media.Transports);
        Assert.True((await sfu.DumpNodeAsync(holder.Address.ToString())).IsIdle);

        await sfu.CloseServerAsync(node, _extra);
        Assert.Equal(created.TransportId, (await session.NextAsync<WebRtcServerEvents.TransportUnhandled>(patience.Token)).TransportId);
        Assert.Equal(CloseReason.Requested, (await session.NextAsync<WebRtcServerEvents.ServerClosed>(patience.Token)).Reason);
        Assert.Equal(SfuErrorCode.Closed, await ErrorAsync(sfu.SubscribeServerAsync(node, _extra, session.Actor)));
        await sfu.UnsubscribeServerAsync(node, _extra, session.Actor);
    }

    [Fact]
    public async Task Any_node_is_drained_and_changes_its_mind()
    {
        await using var cluster = await TestCluster.StartAsync("sfu", "sfu", "gateway");
        var (holder, carrier) = (cluster.Nodes[0], cluster.Nodes[1]);
        await using var sfu = SfuClient.Create(cluster.Nodes[2].System);
        var alice = holder.Client("drained", "alice");
        var node = carrier.Address.ToString();
        await cluster.CreateRouterOnAsync(holder, alice.Router);
        var moving = await cluster.TransportOnAsync(carrier, alice);

        Assert.Equal(SfuErrorCode.InvalidParameters, await ErrorAsync(sfu.DrainNodeAsync(node, TimeSpan.FromSeconds(-1))));
        var drain = sfu.DrainNodeAsync(node, TimeSpan.FromSeconds(60));
        Assert.Equal(moving.TransportId, (await alice.EventAsync<SessionEvents.TransportMustMove>()).TransportId);
        await MustDrainAsync(sfu, node, draining: true);
        await sfu.CancelDrainAsync(node);
        Assert.Equal(SfuErrorCode.InvalidState, await ErrorAsync(drain));
        await MustDrainAsync(sfu, node, draining: false);

        Assert.False((await sfu.DrainNodeAsync(node, TimeSpan.Zero)).IsEmpty);
        await alice.DoAsync(new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, moving.TransportId));
        Assert.True((await sfu.DrainNodeAsync(node, TimeSpan.FromSeconds(60))).IsEmpty);
    }

    [Fact]
    public async Task Node_that_is_none_or_carries_no_media_is_not_found()
    {
        await using var cluster = await TestCluster.StartAsync("sfu", "gateway");
        await using var sfu = SfuClient.Create(cluster.Nodes[0].System);
        Assert.Equal(SfuErrorCode.NotFound, await ErrorAsync(sfu.DumpNodeAsync("akka.tcp://sfu@192.0.2.1:4053")));
        Assert.Equal(SfuErrorCode.NotFound, await ErrorAsync(sfu.DumpNodeAsync(cluster.Nodes[1].Address.ToString())));
    }

    private static Task MustDrainAsync(SfuClient sfu, string node, bool draining) => TestNode.UntilAsync(
        async () => (await sfu.DumpClusterAsync()).Members.Single(member => member.Node == node).Load?.Draining == draining,
        () => $"The cluster does not know that draining is {draining}.");

    private static async Task<SfuErrorCode> ErrorAsync(Task request) => (await Assert.ThrowsAsync<SfuRequestException>(() => request)).Error.Code;
}
