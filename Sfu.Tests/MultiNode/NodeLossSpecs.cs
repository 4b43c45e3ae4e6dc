using Sfu.Actors.Client;
using Sfu.Actors.Protocol;
using Sfu.Tests.Scenarios;
using Sfu.Tests.Support;

namespace Sfu.Tests.MultiNode;

/// <summary>Nodes come and go; a Router is where it is, and its transports are elsewhere.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class NodeLossSpecs
{
    [Fact]
    public async Task A_Router_answers_on_every_node_and_comes_back_when_the_node_that_holds_it_is_lost()
    {
        await using var cluster = await TestCluster.StartAsync("sfu, gateway", "sfu, gateway", "gateway");
        var (holder, carrier, gateway) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        var alice = carrier.Client("smoke", "alice");
        var bob = gateway.Client("smoke", "bob");
        await cluster.CreateRouterOnAsync(holder, alice.Router);
        await alice.AttachAsync(await alice.CapabilitiesAsync());
        await bob.AttachAsync(await bob.CapabilitiesAsync());
        var sender = await cluster.ConnectedTransportOnAsync(carrier, alice);
        var producer = await alice.ProduceAsync(sender);
        var receiver = await cluster.ConnectedTransportOnAsync(carrier, bob);
        var consumer = await bob.ConsumeAsync(receiver, producer);
        Assert.True((await holder.DumpAsync()).IsIdle);
        Assert.Equal([sender, receiver], (await carrier.DumpAsync()).Branches.Single().Transports.ToHashSet());
        var media = await carrier.Media.DumpAsync();

        await cluster.CrashAsync(holder);

        RouterDump? dump = null;
        await TestNode.UntilAsync(
            async () =>
            {
                bob.Ask(new RouterProtocol.DumpRouter(bob.NextRequest, bob.Router));
                dump = await bob.AnswerWithinAsync<RouterDump>(TimeSpan.FromSeconds(1));
                return dump is { Exists: true, Consumers.Length: 1 };
            },
            () => $"{dump}");
        await cluster.MustAgreeAsync();
        Assert.Equal(carrier, await cluster.HolderOfAsync(alice.Router));
        Assert.Equal([sender, receiver], dump!.Transports.Select(transport => transport.TransportId).ToHashSet());
        Assert.Equal(media.Transports.Select(transport => transport.Handle), (await carrier.Media.DumpAsync()).Transports.Select(transport => transport.Handle));

        await alice.DoAsync(new RouterProtocol.CloseProducer(alice.NextRequest, alice.Router, producer));
        Assert.Equal(consumer, (await bob.EventAsync<SessionEvents.ConsumerClosed>()).ConsumerId);
        await alice.DoAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router));
        await cluster.MustBeEmptyAsync("smoke");
    }

    [Fact]
    public async Task Router_that_comes_back_pipes_by_the_pair_that_its_former_incarnation_has_made()
    {
        await using var cluster = await TestCluster.StartAsync("sfu", "sfu", "gateway");
        var (holder, carrier, gateway) = (cluster.Nodes[0], cluster.Nodes[1], cluster.Nodes[2]);
        var (alice, bob) = (gateway.Client("near", "alice"), gateway.Client("far", "bob"));
        var elsewhere = gateway.Client("third");
        await cluster.CreateRouterOnAsync(holder, alice.Router);
        foreach (var client in new[] { alice, bob, elsewhere })
        {
            cluster.PlaceNext(client.Router, carrier);
        }

        var transport = await alice.ConnectedTransportAsync();
        var (first, second) = (await alice.ProduceAsync(transport), await alice.ProduceAsync(transport));
        await alice.AskAsync<PipedToRouter>(Pipe(first, elsewhere));
        await alice.AskAsync<PipedToRouter>(Pipe(first, bob));
        var before = (await DumpAsync(alice)).Transports;

        await cluster.CrashAsync(holder);
        await TestNode.UntilAsync(
            async () =>
            {
                alice.Ask(new RouterProtocol.DumpRouter(alice.NextRequest, alice.Router));
                return await alice.AnswerWithinAsync<RouterDump>(TimeSpan.FromSeconds(1)) is { Exists: true, Producers.Length: 2 };
            },
            () => "The Router is not back.");
        alice.Ask(Pipe(second, bob));
        alice.Ask(Pipe(second, bob) with { KeepId = false });
        var piped = new[] { await alice.AnswerAsync<PipedToRouter>(), await alice.AnswerAsync<PipedToRouter>() };

        Assert.Contains(second, piped.Select(one => one.PipeProducerId));
        Assert.Equal(
            before.Select(entry => entry.TransportId).ToHashSet(), (await DumpAsync(alice)).Transports.Select(entry => entry.TransportId).ToHashSet());
        Assert.Single((await DumpAsync(bob)).Transports, entry => entry.Kind == TransportKind.Pipe);
        Assert.Equal(3, (await DumpAsync(bob)).Producers.Length);
        await alice.DoAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router));
        await cluster.MustBeEmptyAsync("near", "far", "third");

        RouterProtocol.PipeToRouter Pipe(ProducerId producer, TestClient target) => new(alice.NextRequest, alice.Router, producer, target.Router);

        static Task<RouterDump> DumpAsync(TestClient client) => client.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(client.NextRequest, client.Router));
    }

    [Fact]
    public async Task Who_owns_an_observer_hears_that_it_is_lost_with_the_Routers_node()
    {
        const string Linger = "sfu.router.empty-linger = 1 m"; // An observer alone does not keep its Router.
        await using var cluster = await TestCluster.StartAsync();
        var holder = await cluster.JoinAsync("sfu", Linger);
        await cluster.JoinAsync("sfu", Linger);
        var gateway = await cluster.JoinAsync("gateway", Linger);
        var alice = gateway.Client("heard", "alice");
        await cluster.CreateRouterOnAsync(holder, alice.Router);
        await using var sfu = SfuClient.Create(gateway.System);
        await using var session = sfu.OpenSession();
        var observer = new ObserverId("voices");
        await sfu.CreateAudioLevelObserverAsync(alice.Router, subscriber: session.Actor, observer: observer);
        await alice.AskAsync<ObserverCreated>(new ObserverProtocol.CreateAudioLevelObserver(alice.NextRequest, alice.Router, null, alice.Session, observer));
        Assert.False((await alice.EventAsync<ObserverEvents.ObserverState>()).Paused);
        var actor = await alice.SessionProbe.WatchAsync(alice.SessionProbe.Sender);

        await cluster.CrashAsync(holder);

        using var patience = new CancellationTokenSource(TestNode.Patience);
        var closed = await session.NextAsync<ObserverEvents.ObserverClosed>(patience.Token);
        Assert.Equal((alice.Router, observer, CloseReason.NodeLost), (closed.RouterId, closed.ObserverId, closed.Reason));
        Assert.True((await alice.SessionProbe.ExpectTerminatedAsync(actor, TestNode.Patience)).AddressTerminated);

        // A new one, at the Router's next incarnation, ends as it is asked to.
        await TestNode.UntilAsync(
            async () =>
            {
                alice.Ask(new RouterProtocol.GetRouterRtpCapabilities(alice.NextRequest, alice.Router));
                return await alice.AnswerWithinAsync<RouterRtpCapabilities>(TimeSpan.FromSeconds(1)) is not null;
            },
            () => "The Router is not back.");
        await sfu.CreateAudioLevelObserverAsync(alice.Router, subscriber: session.Actor, observer: observer);
        await sfu.CloseObserverAsync(alice.Router, observer);
        Assert.Equal(CloseReason.Requested, (await session.NextAsync<ObserverEvents.ObserverClosed>(patience.Token)).Reason);
    }

    [Fact]
    public async Task Transports_on_a_node_that_is_lost_end_at_their_Router()
    {
        await using var cluster = await TestCluster.StartAsync("sfu, gateway", "sfu", "gateway");
        var (holder, carrier) = (cluster.Nodes[0], cluster.Nodes[1]);
        var alice = holder.Client("lost-media", "alice");
        await cluster.CreateRouterOnAsync(holder, alice.Router);
        var kept = await cluster.ConnectedTransportOnAsync(holder, alice);
        var lost = await cluster.ConnectedTransportOnAsync(carrier, alice);
        var producer = await alice.ProduceAsync(lost);

        await cluster.CrashAsync(carrier);

        Assert.Equal(CloseReason.TransportClosed, (await alice.EventAsync<SessionEvents.ProducerClosed>(news => news.ProducerId == producer)).Reason);
        Assert.Equal(CloseReason.NodeLost, (await alice.EventAsync<SessionEvents.TransportClosed>(news => news.TransportId == lost)).Reason);
        var dump = await alice.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(alice.NextRequest, alice.Router));
        Assert.Equal(kept, Assert.Single(dump.Transports).TransportId);
        Assert.Empty(dump.Producers);
        await alice.DoAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router));
        await cluster.MustBeEmptyAsync("lost-media");
    }

    [Fact]
    public async Task Transports_on_a_node_that_leaves_end_at_their_Router_and_a_new_node_takes_its_place()
    {
        await using var cluster = await TestCluster.StartAsync("sfu, gateway", "sfu");
        var (holder, carrier) = (cluster.Nodes[0], cluster.Nodes[1]);
        var alice = holder.Client("left-media", "alice");
        await cluster.CreateRouterOnAsync(holder, alice.Router);
        var left = await cluster.ConnectedTransportOnAsync(carrier, alice);

        await cluster.LeaveAsync(carrier);
        Assert.Equal(left, (await alice.EventAsync<SessionEvents.TransportClosed>()).TransportId);

        var successor = await cluster.JoinAsync("sfu");
        var again = await cluster.ConnectedTransportOnAsync(successor, alice);
        Assert.Equal(again, Assert.Single((await successor.DumpAsync()).Branches.Single().Transports));
        await alice.DoAsync(new RouterProtocol.CloseRouter(alice.NextRequest, alice.Router));
        await cluster.MustBeEmptyAsync("left-media");
    }
}
