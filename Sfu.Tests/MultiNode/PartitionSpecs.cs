using Sfu.Actors.Protocol;
using Sfu.Tests.Scenarios;
using Sfu.Tests.Support;

namespace Sfu.Tests.MultiNode;

/// <summary>The network between nodes that all live is cut in two.</summary>
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
}
