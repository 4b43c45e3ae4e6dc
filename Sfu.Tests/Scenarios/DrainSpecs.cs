using Sfu.Actors.Protocol;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>A node is emptied: it takes nothing new, and those who have something there are asked to move it.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class DrainSpecs
{
    private static readonly TimeSpan _long = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Node_is_drained_when_the_last_transport_has_gone_and_takes_none_meanwhile()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("drain", "alice");
        var bob = node.Client("drain-too", "bob");
        var first = await alice.ConnectedTransportAsync();
        var second = await bob.ConnectedTransportAsync();
        var drained = node.AskNodeAsync<NodeProtocol.NodeDrained>(new NodeProtocol.DrainNode(1, _long));

        Assert.Equal((first, 60_000), Asked(await alice.EventAsync<SessionEvents.TransportMustMove>()));
        Assert.Equal((second, 60_000), Asked(await bob.EventAsync<SessionEvents.TransportMustMove>()));
        Assert.Equal(SfuErrorCode.Unavailable, await alice.RejectedAsync(Create(alice)));

        await alice.DoAsync(new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, first));
        Assert.False(drained.IsCompleted);
        await bob.DoAsync(new RouterProtocol.CloseTransport(bob.NextRequest, bob.Router, second));
        Assert.True((await drained).IsEmpty);
        Assert.Equal(SfuErrorCode.Unavailable, await bob.RejectedAsync(Create(bob)));
    }

    [Fact]
    public async Task Deadline_ends_the_drain_with_what_is_left()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("late", "alice");
        var transport = await alice.ConnectedTransportAsync();

        Assert.False((await node.AskNodeAsync<NodeProtocol.NodeDrained>(new NodeProtocol.DrainNode(1, TimeSpan.FromMilliseconds(50)))).IsEmpty);

        // What was not moved lives until the node ends.
        await alice.DoAsync(new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, transport));
    }

    [Fact]
    public async Task Drain_that_is_cancelled_leaves_the_node_as_it_was()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("cancelled", "alice");
        await alice.ConnectedTransportAsync();
        var drained = node.AskNodeAsync<Rejected>(new NodeProtocol.DrainNode(1, _long));
        await alice.EventAsync<SessionEvents.TransportMustMove>();

        await node.AskNodeAsync<Done>(new NodeProtocol.CancelDrain(2));

        Assert.Equal(SfuErrorCode.InvalidState, (await drained).Error.Code);

        // The Router hears of it a moment after who asked.
        await TestNode.UntilAsync(
            async () =>
            {
                alice.Ask(Create(alice));
                return await alice.AnswerWithinAsync<TransportCreated>(TestNode.Patience) is not null;
            },
            () => "the node takes no transports");
        await node.AskNodeAsync<Done>(new NodeProtocol.CancelDrain(3));
    }

    [Fact]
    public async Task Who_may_stay_is_not_asked_to_move_until_a_later_request_asks()
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("stays", "alice");
        var transport = await alice.ConnectedTransportAsync();
        var drained = node.AskNodeAsync<NodeProtocol.NodeDrained>(new NodeProtocol.DrainNode(1, _long, MayStay: true));
        Assert.Equal(SfuErrorCode.Unavailable, await alice.RejectedAsync(Create(alice)));
        Assert.Null((await alice.AskAsync<WebRtcTransportDump>(new RouterProtocol.DumpTransport(alice.NextRequest, alice.Router, transport))).MustMoveWithinMs);

        var second = node.AskNodeAsync<NodeProtocol.NodeDrained>(new NodeProtocol.DrainNode(2, _long));
        Assert.Equal((transport, 60_000), Asked(await alice.EventAsync<SessionEvents.TransportMustMove>()));
        Assert.False(drained.IsCompleted);
        await alice.DoAsync(new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, transport));
        Assert.True((await drained).IsEmpty);
        Assert.True((await second).IsEmpty);
    }

    [Fact]
    public async Task Node_without_transports_is_drained_at_once()
    {
        await using var node = await TestNode.StartAsync();
        Assert.True((await node.AskNodeAsync<NodeProtocol.NodeDrained>(new NodeProtocol.DrainNode(1, _long))).IsEmpty);
    }

    private static RouterProtocol.CreateWebRtcTransport Create(TestClient client) =>
        new(client.NextRequest, client.Router, WebRtcTransportOptions.Default, client.Peer, client.Session);

    private static (TransportId Transport, int WithinMs) Asked(SessionEvents.TransportMustMove move) => (move.TransportId, move.WithinMs);
}
