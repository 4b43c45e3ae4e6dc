using Sfu.Actors.Protocol;
using Sfu.Tests.Scenarios;
using Sfu.Tests.Support;

namespace Sfu.Tests.MultiNode;

/// <summary>The network between nodes that all live: cut in two for good, or for a moment.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class PartitionSpecs
{
    [Fact]
    public async Task The_lesser_side_of_a_partition_ends_and_its_Router_lives_on_once_on_the_other()
    {
        await using var cluster = await TestCluster.StartAsync("sfu, gateway", "sfu", "gateway");
        var (cutOff, carrier, gateway) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        var alice = cutOff.Client("parted", "alice");
        var bob = gateway.Client("parted", "bob");
        await cluster.CreateRouterOnAsync(cutOff, alice.Router);
        var lost = await cluster.ConnectedTransportOnAsync(cutOff, alice);
        var kept = await cluster.ConnectedTransportOnAsync(carrier, bob);
        var producer = await bob.ProduceAsync(kept);
        Assert.False((await cutOff.DumpAsync()).IsIdle);

        await cluster.CutAsync([cutOff], [carrier, gateway]);

        // Both sides decide at about the same time: this one ends, with a word to its clients.
        await cluster.MustHaveEndedAsync(cutOff);
        Assert.True((await cutOff.Media.DumpAsync()).HasNoTransports);
        await cluster.MustAgreeAsync();
        RouterDump? dump = null;
        await TestNode.UntilAsync(
            async () =>
            {
                bob.Ask(new RouterProtocol.DumpRouter(bob.NextRequest, bob.Router));
                dump = await bob.AnswerWithinAsync<RouterDump>(TimeSpan.FromSeconds(1));
                return dump is { Exists: true, Transports.Length: 1 };
            },
            () => $"{dump}");
        await cluster.HealAsync([cutOff], [carrier, gateway]);
        Assert.Equal(carrier, await cluster.HolderOfAsync(bob.Router));
        Assert.NotEqual(lost, dump!.Transports[0].TransportId);
        Assert.Equal(producer, Assert.Single(dump.Producers).ProducerId);
        Assert.DoesNotContain(await bob.EventsAsync(), news => news is SessionEvents.TransportClosed or SessionEvents.ProducerClosed);
        await bob.DoAsync(new RouterProtocol.CloseRouter(bob.NextRequest, bob.Router));
        await cluster.MustBeEmptyAsync("parted");
    }

    /// <summary>A connection that breaks is not a node that is lost: remoting makes another one.</summary>
    [Fact]
    public async Task A_connection_that_breaks_between_two_live_nodes_closes_none_of_five_thousand_transports()
    {
        const int Transports = 5_000;

        // This is about connections: that a busy machine is late with heartbeats is another matter, and would count as a loss.
        const string Patient = "akka.cluster.failure-detector.acceptable-heartbeat-pause = 20 s";
        await using var cluster = await TestCluster.StartAsync();
        var (holder, carrier) = (await cluster.JoinAsync("sfu, gateway", Patient), await cluster.JoinAsync("sfu", Patient));
        var alice = holder.Client("blip", "alice");
        await cluster.CreateRouterOnAsync(holder, alice.Router);
        cluster.PlaceNext(alice.Router, carrier);
        for (var i = 0; i < Transports; i++)
        {
            alice.Ask(new RouterProtocol.CreateWebRtcTransport(alice.NextRequest, alice.Router, WebRtcTransportOptions.Default, null, alice.Session));
        }

        TransportId opened = default;
        for (var i = 0; i < Transports; i++)
        {
            opened = (await alice.Asker.ExpectMsgAsync<TransportCreated>(TestNode.Patience)).TransportId;
        }

        for (var i = 0; i < 3; i++)
        {
            await cluster.BreakConnectionAsync(holder, carrier);
            await cluster.BreakConnectionAsync(carrier, holder);

            // What was on its way may be lost with the connection; then the Router and its branch talk again.
            await TestNode.UntilAsync(
                async () =>
                {
                    alice.Ask(new RouterProtocol.GetTransportStats(alice.NextRequest, alice.Router, opened));
                    return await alice.AnswerWithinAsync<Stats>(TimeSpan.FromSeconds(1)) is not null;
                },
                () => "the Router does not reach its branch");
            var once = await alice.TransportAsync();
            await alice.DoAsync(new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, once.TransportId));
        }

        await cluster.MustAgreeAsync();
        Assert.Equal(Transports, (await alice.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(alice.NextRequest, alice.Router))).Transports.Length);
        var branch = Assert.Single((await carrier.DumpAsync()).Branches);
        Assert.Equal((Transports, false), (branch.Transports.Length, branch.Orphaned));
        Assert.Equal(Transports, (await carrier.Media.DumpAsync()).Transports.Length);
        await alice.DoAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router));
        await cluster.MustBeEmptyAsync("blip");
    }
}
