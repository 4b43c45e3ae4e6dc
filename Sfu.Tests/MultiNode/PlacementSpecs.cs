using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Tests.Scenarios;
using Sfu.Tests.Support;

namespace Sfu.Tests.MultiNode;

/// <summary>Nodes tell one another what they carry, and transports go where there is room.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class PlacementSpecs
{
    private const string Spread = "sfu.cluster.spread = on";

    [Fact]
    public async Task Transports_go_to_the_node_with_room_and_back_when_that_one_takes_none()
    {
        await using var cluster = new TestCluster();
        var holder = await cluster.JoinAsync("sfu, gateway", Spread);
        var other = await cluster.JoinAsync("sfu", Spread);
        holder.Media.CpuPermille = 900;

        // The news travels by gossip. Until it is there the nodes are alike, and some Routers prefer this one, some the other.
        const int Together = 8;
        var clients = new List<TestClient>();
        TestClient alice = null!;
        await TestNode.UntilAsync(
            async () =>
            {
                var placed = new List<TransportId>();
                for (var i = 0; i < Together; i++)
                {
                    clients.Add(alice = holder.Client($"room-{clients.Count}"));
                    placed.Add((await alice.TransportAsync()).TransportId);
                }

                return placed.ToHashSet().IsSubsetOf(await CarriedBy(other));
            },
            () => "not all are placed on the idle node");

        // It has no WebRtcServer any more, and says so.
        var bob = holder.Client("last", "bob");
        await other.AskNodeAsync<Done>(new NodeProtocol.CloseServer(1, new ServerId("main")));
        await alice.EventAsync<SessionEvents.TransportClosed>();
        TransportCreated? second = null;
        await TestNode.UntilAsync(
            async () => (second = await bob.AskAsync<IReply>(Create(bob)) as TransportCreated) is not null,
            () => "the node with room is not there any more, and the other one is not taken");
        Assert.Contains(second!.TransportId, await CarriedBy(holder));

        await holder.AskNodeAsync<Done>(new NodeProtocol.CloseServer(2, new ServerId("main")));
        await TestNode.UntilAsync(
            async () => await bob.AskAsync<IReply>(Create(bob)) is Rejected { Error.Code: SfuErrorCode.Unavailable } rejected && rejected.Error.Reason.Contains("No node", StringComparison.Ordinal),
            () => "no node is left, and nobody says so");
        await cluster.MustBeEmptyAsync([.. clients.Append(bob).Select(client => client.Router.Value)]);
    }

    [Fact]
    public async Task Clients_are_placed_in_their_zone_and_stay_with_their_Router()
    {
        await using var cluster = new TestCluster();
        var holder = await cluster.JoinAsync("sfu, gateway", $"{Spread}\nsfu.cluster.region = us");
        var east = await cluster.JoinAsync("sfu", Spread + "\nsfu.cluster.region = eu\nsfu.cluster.zone = a");
        var west = await cluster.JoinAsync("sfu", Spread + "\nsfu.cluster.region = eu\nsfu.cluster.zone = b");
        var rooms = 0;
        foreach (var (node, region, zone) in new[] { (east, "eu", "a"), (west, "eu", "b"), (holder, "us", "a"), (east, "eu", "a") })
        {
            TestClient client = null!;
            TransportCreated? created = null;
            await TestNode.UntilAsync(
                async () =>
                {
                    client = holder.Client($"zone-{++rooms}");
                    created = await client.AskAsync<TransportCreated>(Create(client) with { Region = region, Zone = zone });
                    return (await CarriedBy(node)).Contains(created.TransportId);
                },
                () => $"{created} is not in {region} {zone}");
            var elsewhere = await client.AskAsync<TransportCreated>(Create(client) with { Region = "us", Zone = "b" });
            Assert.Contains(elsewhere.TransportId, await CarriedBy(node));
        }

        foreach (var room in Enumerable.Range(1, rooms))
        {
            await holder.Region.Ask<IReply>(new RouterProtocol.CloseRouter(0, new RouterId($"zone-{room}")), TestNode.Patience);
        }

        await cluster.MustBeEmptyAsync();
    }

    /// <summary>The node never hears of the transport, and dies: nobody else will answer.</summary>
    [Fact]
    public async Task Who_waits_for_a_transport_on_a_node_that_is_lost_is_told()
    {
        await using var cluster = await TestCluster.StartAsync("sfu, gateway", "sfu", "gateway");
        var (holder, carrier) = (cluster.Nodes[0], cluster.Nodes[1]);
        var alice = holder.Client("unheard", "alice");
        var bob = holder.Client("unheard", "bob");
        await cluster.CreateRouterOnAsync(holder, alice.Router);
        var kept = await cluster.TransportOnAsync(holder, bob);
        await cluster.CutAsync([holder], [carrier]);
        cluster.PlaceNext(alice.Router, carrier);
        alice.Ask(Create(alice));

        await cluster.CrashAsync(carrier);

        Assert.Equal(SfuErrorCode.Unavailable, (await alice.Asker.ExpectMsgAsync<Rejected>(TestNode.Patience)).Error.Code);
        var dump = await bob.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(bob.NextRequest, bob.Router));
        Assert.Equal(kept.TransportId, Assert.Single(dump.Transports).TransportId);
        await bob.DoAsync(new RouterProtocol.CloseRouter(bob.NextRequest, bob.Router));
        await cluster.MustBeEmptyAsync("unheard");
        Assert.False(alice.Asker.HasMessages);
    }

    private static RouterProtocol.CreateWebRtcTransport Create(TestClient client) =>
        new(client.NextRequest, client.Router, WebRtcTransportOptions.Default, client.Peer, client.Session);

    private static async Task<IEnumerable<TransportId>> CarriedBy(TestNode node) => (await node.DumpAsync()).Branches.SelectMany(branch => branch.Transports);
}
