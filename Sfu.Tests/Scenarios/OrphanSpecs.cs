using Akka.Actor;
using Akka.TestKit;
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

    /// <summary>Probes stand for two branches that look for the next incarnation, which somebody who joins has started before they have found it.</summary>
    [Fact]
    public async Task Who_joins_before_the_branches_have_found_the_Router_hears_of_those_who_were_there()
    {
        await using var node = await TestNode.StartAsync();
        var ada = node.Client("introduced", "ada");
        var eve = node.Client("introduced", "eve");
        Assert.Empty((await eve.AttachAsync(await eve.CapabilitiesAsync())).Peers);
        var first = Snapshot(ada, open: true);
        var second = Snapshot(ada, open: false);

        var branch = await AttachAsync(node, ada, first);
        Assert.Equal(ada.Peer, (await eve.EventAsync<SessionEvents.PeerJoined>()).Peer.PeerId);
        Assert.Equal(first.Producers[0].Info, (await eve.EventAsync<SessionEvents.ProducerOpened>()).Producer);
        await ada.EventAsync<SessionEvents.RouterMoved>();

        // A second branch brings nothing that may be consumed, the first one asks twice, and the third knows more.
        await AttachAsync(node, ada, second);
        await branch.ExpectMsgAsync<ReconcileProtocol.Reconcile>(TestNode.Patience);
        await AttachAsync(node, ada, first, branch);
        var third = Snapshot(ada, open: true);
        await AttachAsync(node, ada, third);
        Assert.Equal(third.Producers[0].Info, Assert.IsType<SessionEvents.ProducerOpened>(Assert.Single(await eve.EventsAsync())).Producer);
        Assert.Empty(await ada.EventsAsync());
    }

    [Fact]
    public async Task What_is_asked_before_the_branches_have_found_the_Router_waits_for_them()
    {
        await using var node = await TestNode.StartAsync("sfu.router.gathering = 1 m");
        var ada = node.Client("awaited", "ada");
        var snapshot = Snapshot(ada, open: true);
        var producer = snapshot.Producers[0].ProducerId;
        RouterProtocol.CloseProducer elsewhere = new(ada.NextRequest, ada.Router, ProducerId.New());
        IRouterMessage[] asked =
        [
            new RouterProtocol.PauseProducer(ada.NextRequest, ada.Router, producer),
            elsewhere,
            new RouterProtocol.GetTransportStats(ada.NextRequest, ada.Router, snapshot.Transports[0].TransportId),
            new RouterProtocol.ResumeProducer(ada.NextRequest, ada.Router, producer),
        ];
        foreach (var message in asked)
        {
            node.Region.Tell(message, ada.Asker.Ref);
        }

        node.Region.Tell(new PeerProtocol.UpdatePeer(ada.NextRequest, ada.Router, ada.Peer, ada.Session, "Ada Lovelace", null), ada.Asker.Ref);

        // It does not keep what the Router can answer, and what came before from being answered first.
        Assert.Empty((await node.Client("awaited", "eve").AttachAsync()).Peers);
        var branch = await AttachAsync(node, ada, snapshot);

        foreach (var message in asked.Except([elsewhere]))
        {
            Assert.Same(message, await branch.FishForMessageAsync(passed => passed is IRequest, TestNode.Patience));
            Assert.Equal(ada.Asker.Ref, branch.LastSender);
        }

        await ada.Asker.ExpectMsgAsync<Done>(TestNode.Patience);
        Assert.Equal("Ada Lovelace", Assert.Single((await Dump(ada)).Peers, peer => peer.PeerId == ada.Peer).DisplayName);

        // Who asks a Router that ends is answered.
        node.System.ActorSelection("/system/sharding/router/*/awaited").Tell(RouterHandOff.Instance);
        Assert.Equal(SfuErrorCode.Unavailable, (await ada.Asker.ExpectMsgAsync<Rejected>(TestNode.Patience)).Error.Code);
    }

    [Fact]
    public async Task What_nobody_brings_is_said_not_to_exist_when_the_time_is_over_and_to_be_closed_when_the_Router_closes()
    {
        await using var node = await TestNode.StartAsync("sfu.router { gathering = 500 ms, empty-linger = 1 m }");
        var ada = node.Client("never-brought", "ada");
        var unknown = new RouterProtocol.PauseProducer(ada.NextRequest, ada.Router, ProducerId.New());
        Assert.Equal(SfuErrorCode.NotFound, await ada.RejectedAsync(unknown));

        var bob = node.Client("closed-early", "bob");
        await bob.CapabilitiesAsync();
        var early = node.Kit.CreateTestProbe();
        node.Region.Tell(unknown with { RouterId = bob.Router }, early.Ref);
        await bob.DoAsync(new RouterProtocol.CloseRouter(bob.NextRequest, bob.Router));
        Assert.Equal(SfuErrorCode.Closed, (await early.ExpectMsgAsync<Rejected>(TestNode.Patience)).Error.Code);
    }

    private static async Task<TestProbe> AttachAsync(TestNode node, TestClient client, BranchSnapshot snapshot, TestProbe? branch = null)
    {
        branch ??= node.Kit.CreateTestProbe();
        node.Region.Tell(new BranchProtocol.AttachBranch(client.Router, branch.Ref, branch.Ref, snapshot), branch.Ref);
        await branch.ExpectMsgAsync<BranchProtocol.BranchAttached>(TestNode.Patience);
        return branch;
    }

    /// <summary>The peer with one Producer.</summary>
    private static BranchSnapshot Snapshot(TestClient client, bool open)
    {
        var transport = new TransportRecord(TransportId.New(), client.Peer, client.Session, Open: true);
        var producer = new ProducerRecord(
            ProducerId.New(), transport.TransportId, client.Peer, MediaKind.Audio, ProducerType.Simple, TestClient.Opus(), JsonText.EmptyObject, Paused: false, open);
        var peer = new PeerRecord(new PeerInfo(client.Peer, "Ada", JsonText.EmptyObject, JsonText.EmptyObject), client.Session, null);
        return new BranchSnapshot(
            new RouterSetup(DefaultMediaCodecs.Value, Explicit: false, JsonText.EmptyObject), [peer], [transport], [producer], []);
    }

    private static Comparer<PeerInfo> Comparer { get; } =
        Comparer<PeerInfo>.Create((a, b) => string.CompareOrdinal(a.PeerId.Value, b.PeerId.Value));

    private static Task<RouterDump> Dump(TestClient client) =>
        client.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(client.NextRequest, client.Router));
}
