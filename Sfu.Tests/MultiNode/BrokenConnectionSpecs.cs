using Sfu.Actors.Protocol;
using Sfu.Tests.Scenarios;
using Sfu.Tests.Support;

namespace Sfu.Tests.MultiNode;

/// <summary>The connection between two nodes breaks while both live: nothing closes, and what it swallowed is made good.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class BrokenConnectionSpecs
{
    private const int Breaks = 3;

    /// <summary>Two nodes in one busy process are slow to answer: that is not what is tested.</summary>
    private const string Patient = "akka.cluster.failure-detector.acceptable-heartbeat-pause = 10 s";

    /// <summary>A node that does not answer is not removed within a test, nor is a Router that has lost what it had.</summary>
    private const string Undecided = """
        akka.cluster.split-brain-resolver.stable-after = 60 s
        sfu.router.empty-linger = 1 m
        """;

    [Fact]
    public async Task Connection_that_breaks_closes_none_of_five_thousand_transports()
    {
        const int Transports = 5_000;
        const int AtOnce = 100;
        await using var cluster = new TestCluster();
        var (holder, carrier) = await TwoAsync(cluster, $"{Patient}\n{TestCluster.WithBareConnections}");
        var alice = holder.Client("blip", "alice");
        await cluster.CreateRouterOnAsync(holder, alice.Router);
        cluster.PlaceNext(alice.Router, carrier);
        var created = new HashSet<TransportId>();
        for (var i = 0; i < Transports + AtOnce; i++)
        {
            if (i >= AtOnce)
            {
                created.Add((await alice.Asker.ExpectMsgAsync<TransportCreated>(TestNode.Patience)).TransportId);
            }

            if (i < Transports)
            {
                alice.Ask(new RouterProtocol.CreateWebRtcTransport(alice.NextRequest, alice.Router, WebRtcTransportOptions.Default, null, alice.Session));
            }
        }

        for (var i = 0; i < Breaks; i++)
        {
            TestCluster.BreakConnectionsTo(holder);
            await TalkAsync(alice);
        }

        await cluster.MustAgreeAsync();
        Assert.Equal(Transports, created.Count);
        Assert.Subset((await DumpAsync(alice)).Transports.Select(transport => transport.TransportId).ToHashSet(), created);
        var branch = Assert.Single((await carrier.DumpAsync()).Branches);
        Assert.False(branch.Orphaned);
        Assert.Subset(branch.Transports.ToHashSet(), created);
        Assert.InRange((await carrier.Media.DumpAsync()).Transports.Length, Transports, branch.Transports.Length);
        Assert.DoesNotContain(await alice.EventsAsync(), news => news is SessionEvents.TransportClosed closed && created.Contains(closed.TransportId));
        await alice.DoAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router));
        await cluster.MustBeEmptyAsync("blip");
    }

    [Fact]
    public async Task What_got_lost_on_the_way_is_made_good()
    {
        await using var cluster = new TestCluster();
        var (holder, carrier) = await TwoAsync(cluster, Patient);
        var alice = holder.Client("lost-words", "alice");
        var bob = holder.Client("lost-words", "bob");
        await cluster.CreateRouterOnAsync(holder, alice.Router);
        await bob.AttachAsync(await bob.CapabilitiesAsync());
        var kept = await cluster.ConnectedTransportOnAsync(carrier, alice);
        var keptProducer = await alice.ProduceAsync(kept);
        var consuming = await cluster.ConnectedTransportOnAsync(carrier, bob);
        var closedHere = await cluster.ConnectedTransportOnAsync(carrier, alice);
        var closedThere = await cluster.ConnectedTransportOnAsync(carrier, alice);
        var faulted = await alice.ProduceAsync(closedThere);

        await cluster.CutAsync([holder], [carrier]);
        cluster.PlaceNext(alice.Router, carrier);
        alice.Ask(new RouterProtocol.CreateWebRtcTransport(alice.NextRequest, alice.Router, WebRtcTransportOptions.Default, alice.Peer, alice.Session));
        alice.Ask(new RouterProtocol.CloseTransport(alice.NextRequest, alice.Router, closedHere));
        alice.Ask(alice.Produce(kept));
        bob.Ask(bob.Consume(consuming, keptProducer));
        carrier.Media.FaultTransportOf(faulted.Value);
        await TestNode.UntilAsync(
            async () => !(await carrier.DumpAsync()).Branches.Single().Transports.Contains(closedThere), () => "The fault has not ended the transport.");
        Assert.Equal((4, 3, 1), Count(await DumpAsync(alice)));
        await cluster.HealAsync([holder], [carrier]);
        TestCluster.TellOfBreak(holder, carrier);

        Assert.Equal(SfuErrorCode.Unavailable, (await alice.Asker.ExpectMsgAsync<Rejected>(TestNode.Patience)).Error.Code);
        await TestNode.UntilAsync(
            async () => Count(await DumpAsync(bob)) == (2, 1, 0) && (await carrier.DumpAsync()).Branches.Single().Transports.Length == 2,
            () => "Router and branch do not agree.");
        Assert.Equal(faulted, (await bob.EventAsync<SessionEvents.ProducerClosed>()).ProducerId);
        Assert.Equal(2, (await carrier.Media.DumpAsync()).Transports.Length);
        await TalkAsync(bob);
        await bob.ConsumeAsync(consuming, keptProducer);
        await bob.DoAsync(new RouterProtocol.CloseRouter(bob.NextRequest, bob.Router));
        await cluster.MustBeEmptyAsync("lost-words");
    }

    [Fact]
    public async Task Answers_and_reports_that_got_lost_are_booked_late()
    {
        await using var cluster = new TestCluster();
        var (holder, carrier) = await TwoAsync(cluster, Patient);
        var alice = holder.Client("late", "alice");
        var bob = holder.Client("late", "bob");
        await cluster.CreateRouterOnAsync(holder, alice.Router);
        await bob.AttachAsync(await bob.CapabilitiesAsync());
        var transport = await cluster.ConnectedTransportOnAsync(carrier, alice);
        var paused = await alice.ProduceAsync(transport);
        await bob.EventAsync<SessionEvents.ProducerOpened>();
        Task Pause() => alice.DoAsync(new RouterProtocol.PauseProducer(alice.NextRequest, alice.Router, paused));
        using (carrier.Media.Hold())
        {
            alice.Ask(alice.Produce(transport));
            cluster.PlaceNext(alice.Router, carrier);
            alice.Ask(new RouterProtocol.CreateWebRtcTransport(alice.NextRequest, alice.Router, WebRtcTransportOptions.Default, alice.Peer, alice.Session));
            await Pause();
            await bob.EventAsync<SessionEvents.ProducerPaused>();
            await cluster.CutAsync([holder], [carrier]);
        }

        await TestNode.UntilAsync(
            async () => (await carrier.Media.DumpAsync()).Transports.Length == 2, () => "The transport has not opened.");
        Assert.Single((await DumpAsync(alice)).Transports, entry => entry.Open);
        await cluster.HealAsync([holder], [carrier]);
        TestCluster.TellOfBreak(holder, carrier);

        await TestNode.UntilAsync(
            async () => await DumpAsync(bob) is var dump && dump.Transports.All(entry => entry.Open) && dump.Producers.All(producer => producer.Open),
            () => "What opened is not booked.");
        await bob.EventAsync<SessionEvents.ProducerOpened>();
        await bob.DoAsync(new RouterProtocol.CloseRouter(bob.NextRequest, bob.Router));
        await cluster.MustBeEmptyAsync("late");
    }

    [Fact]
    public async Task Node_that_was_given_up_and_comes_back_ends_what_counts_as_lost_and_nobody_hears_it_twice()
    {
        await using var cluster = new TestCluster();
        var (holder, carrier) = await TwoAsync(cluster, Undecided);
        var alice = holder.Client("back", "alice");
        await cluster.CreateRouterOnAsync(holder, alice.Router);
        var lost = await cluster.ConnectedTransportOnAsync(carrier, alice);
        var producer = await alice.ProduceAsync(lost);

        await cluster.CutAsync([holder], [carrier]);
        Assert.Equal(producer, (await alice.EventAsync<SessionEvents.ProducerClosed>()).ProducerId);
        Assert.Equal(CloseReason.NodeLost, (await alice.EventAsync<SessionEvents.TransportClosed>()).Reason);
        Assert.Empty((await DumpAsync(alice)).Transports);
        Assert.Equal(lost, Assert.Single((await carrier.DumpAsync()).Branches.Single().Transports));
        await cluster.HealAsync([holder], [carrier]);

        await TestNode.UntilAsync(async () => (await carrier.DumpAsync()).Branches.All(branch => branch.Transports.IsEmpty), () => "The lost transport lives on.");
        await cluster.MustAgreeAsync();
        await TalkAsync(alice);
        Assert.DoesNotContain(await alice.EventsAsync(), news =>
            (news is SessionEvents.TransportClosed closed && closed.TransportId == lost) || news is SessionEvents.ProducerClosed);
        var again = await cluster.ConnectedTransportOnAsync(carrier, alice);
        Assert.Equal(again, Assert.Single((await carrier.DumpAsync()).Branches.Single().Transports));
        await alice.DoAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router));
        await cluster.MustBeEmptyAsync("back");
    }

    private static async Task<(TestNode Holder, TestNode Carrier)> TwoAsync(TestCluster cluster, string hocon) =>
        (await cluster.JoinAsync("sfu, gateway", hocon), await cluster.JoinAsync("sfu", hocon));

    private static Task<RouterDump> DumpAsync(TestClient client) =>
        client.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(client.NextRequest, client.Router));

    private static (int Transports, int Producers, int Consumers) Count(RouterDump dump) =>
        (dump.Transports.Length, dump.Producers.Length, dump.Consumers.Length);

    /// <summary>Until the Router and its branch answer each other: a request may still be lost with the connection that broke.</summary>
    private static async Task TalkAsync(TestClient client)
    {
        TransportCreated? created = null;
        await TestNode.UntilAsync(
            async () =>
            {
                client.Ask(new RouterProtocol.CreateWebRtcTransport(client.NextRequest, client.Router, WebRtcTransportOptions.Default, client.Peer, client.Session));
                created = await client.AnswerWithinAsync<TransportCreated>(TimeSpan.FromSeconds(1));
                return created is not null;
            },
            () => "The Router does not reach its branch.");
        client.Ask(new RouterProtocol.CloseTransport(client.NextRequest, client.Router, created!.TransportId));
        await client.AnswerWithinAsync<Done>(TimeSpan.FromSeconds(1));
    }
}
