using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Ortc;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>A Router that is lost is not a Router that ends: its media goes on, and its next incarnation knows it again.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class OrphanSpecs
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_Router_that_stops_without_closing_comes_back_with_all_it_had(bool killed)
    {
        await using var node = await TestNode.StartAsync();
        var alice = node.Client("orphan", "alice");
        var bob = node.Client("orphan", "bob");
        var codecs = DefaultMediaCodecs.Value[..1];
        await alice.AskAsync<RouterCreated>(new RouterProtocol.CreateRouter(alice.NextRequest, alice.Router, codecs, JsonText.EmptyObject));
        await alice.AttachAsync();
        await bob.AttachAsync(await bob.CapabilitiesAsync());
        var sender = await alice.ConnectedTransportAsync();
        var producer = await alice.ProduceAsync(sender);
        var receiver = await bob.ConnectedTransportAsync();
        var consumer = await bob.ConsumeAsync(receiver, producer);
        await alice.EventsAsync();
        await bob.EventsAsync();
        var before = await Dump(alice);
        var journal = node.Media.Journal;

        node.System.ActorSelection("/system/sharding/router/*/orphan").Tell(killed ? Kill.Instance : RouterHandOff.Instance);

        // The dump may start the next incarnation before its branch has found it.
        RouterDump after = before;
        await TestNode.UntilAsync(
            async () =>
            {
                after = await alice.AskAsync<IReply>(new RouterProtocol.DumpRouter(alice.NextRequest, alice.Router)) as RouterDump ?? after with { Exists = false };
                return (await node.DumpAsync()).Branches.All(branch => !branch.Orphaned) && after.Exists && after.Consumers.Length == 1;
            },
            () => $"{after}");
        Assert.Equal(before.Peers.Order(Comparer), after.Peers.Order(Comparer));
        Assert.Equal(before.Transports.Select(transport => transport.ToString()).Order(), after.Transports.Select(transport => transport.ToString()).Order());
        Assert.Equal(before.Producers.AsEnumerable(), after.Producers);
        Assert.Equal(before.Consumers.AsEnumerable(), after.Consumers);
        Assert.Equal(codecs.Length, (await alice.CapabilitiesAsync()).Codecs.Length);
        Assert.Equal(journal, node.Media.Journal.AsEnumerable());
        Assert.IsType<SessionEvents.RouterMoved>(Assert.Single(await alice.EventsAsync(), message => message is not SessionEvents.DtlsStateChanged));

        // It works on as before: the second incarnation closes what the first has made.
        await alice.DoAsync(new RouterProtocol.CloseProducer(alice.NextRequest, alice.Router, producer));
        Assert.Equal(consumer, (await bob.EventAsync<SessionEvents.ConsumerClosed>()).ConsumerId);
        await alice.ProduceAsync(sender);
        node.System.Stop(alice.Session);
        await bob.EventAsync<SessionEvents.PeerLeft>();
        await bob.DoAsync(new RouterProtocol.CloseRouter(bob.NextRequest, bob.Router));
        await node.MustBeEmptyAsync("orphan");
    }

    /// <summary>A probe stands for a branch that looks for the next incarnation, which somebody else has started meanwhile.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_Router_that_was_to_close_before_its_branch_has_found_it_closes_then_unless_somebody_has_come(bool used)
    {
        await using var node = await TestNode.StartAsync("sfu.router.empty-linger = 1 m");
        var alice = node.Client("too-early", "alice");
        var branch = node.Kit.CreateTestProbe();
        var snapshot = new BranchSnapshot(
            new RouterSetup(DefaultMediaCodecs.Value, Explicit: true, JsonText.EmptyObject), [], [new TransportRecord(TransportId.New(), null, null, Open: true)], [], []);
        Assert.Equal(SfuErrorCode.NotFound, await alice.RejectedAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router)));
        if (used)
        {
            await alice.CapabilitiesAsync();
        }

        node.Region.Tell(new BranchProtocol.AttachBranch(alice.Router, branch.Ref, node.Node, snapshot), branch.Ref);

        await branch.ExpectMsgAsync<BranchProtocol.BranchAttached>(TestNode.Patience);
        if (used)
        {
            await branch.ExpectMsgAsync<ReconcileProtocol.Reconcile>(TestNode.Patience);
            Assert.Single((await Dump(alice)).Transports);
        }
        else
        {
            Assert.Equal(CloseReason.RouterClosed, (await branch.ExpectMsgAsync<BranchProtocol.RouterClosing>(TestNode.Patience)).Reason);
        }
    }

    private static Comparer<PeerInfo> Comparer { get; } =
        Comparer<PeerInfo>.Create((a, b) => string.CompareOrdinal(a.PeerId.Value, b.PeerId.Value));

    private static Task<RouterDump> Dump(TestClient client) =>
        client.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(client.NextRequest, client.Router));
}
