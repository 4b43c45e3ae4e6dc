using Akka.Actor;
using Akka.TestKit;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Actors.Transports;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>A Producer is there in another Router, too, and follows its source there.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class PipeToRouterSpecs(TestNodeFixture fixture) : IClassFixture<TestNodeFixture>
{
    private TestNode Node => fixture.Node;

    [Fact]
    public async Task The_piped_Producer_has_the_id_and_the_encodings_of_its_source()
    {
        var (near, far) = (Node.Client("pipe-same-near"), Node.Client("pipe-same-far"));
        var source = await near.ProduceSimulcastAsync(await near.ConnectedTransportAsync());
        var piped = await near.AskAsync<PipedToRouter>(Pipe(near, source, far) with { EnableSrtp = true, EnableRtx = true });
        Assert.Equal(source, piped.PipeProducerId);

        var (nearEnd, farEnd) = (await PipeOfAsync(near), await PipeOfAsync(far));
        Assert.Equal(("AEAD_AES_256_GCM", true), (nearEnd.SrtpCryptoSuite, nearEnd.Rtx));
        Assert.Equal(("AEAD_AES_256_GCM", true), (farEnd.SrtpCryptoSuite, farEnd.Rtx));
        var leaving = Assert.Single(nearEnd.Consumers);
        Assert.Equal((piped.PipeConsumerId, ConsumerType.Pipe, false), (leaving.ConsumerId, leaving.Type, leaving.Paused));
        var coming = Assert.Single(farEnd.Producers);
        Assert.Equal((source, ProducerType.Simulcast, MediaKind.Video), (coming.ProducerId, coming.Type, coming.Kind));
        var twins = (await Node.Media.DumpAsync()).Transports.SelectMany(static transport => transport.Consumers)
            .Where(consumer => consumer.Id == piped.PipeConsumerId.Value).ToArray();
        Assert.Equal(3, twins.Length);
        Assert.All(twins, static twin => Assert.False(twin.Paused));
        var streams = Node.Media.Noted.Where(noted => twins.Any(twin => noted.Handle.Equals(twin.Handle)) && noted.What.StartsWith("Encoding", StringComparison.Ordinal))
            .Select(static noted => noted.What.Split(':')).ToArray();
        Assert.Equal(["0", "1", "2"], streams.Select(static stream => stream[1]).Order());
        Assert.Equal(3, streams.Select(static stream => stream[2]).Distinct().Count());

        // Whoever is in the target Router consumes it as its own.
        var consumed = await far.AskAsync<Consumed>(far.Consume(await far.ConnectedTransportAsync(), source, await far.CapabilitiesAsync()));
        Assert.Equal(ConsumerType.Simulcast, consumed.Type);
        await EndAsync(near, far);
    }

    [Fact]
    public async Task A_new_id_is_given_where_that_is_wanted()
    {
        var (near, far) = (Node.Client("pipe-new-near"), Node.Client("pipe-new-far"));
        var source = await near.ProduceAsync(await near.ConnectedTransportAsync());
        var first = await near.AskAsync<PipedToRouter>(Pipe(near, source, far));
        var second = await near.AskAsync<PipedToRouter>(Pipe(near, source, far) with { KeepId = false });
        Assert.NotEqual(first.PipeProducerId, second.PipeProducerId);
        await near.DoAsync(new RouterProtocol.CloseProducer(near.NextRequest, near.Router, source));
        await UntilAsync(far, static dump => dump.Producers.IsEmpty);
        await EndAsync(near, far);
    }

    [Fact]
    public async Task Concurrent_requests_share_one_pipe()
    {
        var (near, far) = (Node.Client("pipe-many-near"), Node.Client("pipe-many-far"));
        var transport = await near.ConnectedTransportAsync();
        var sources = new List<ProducerId>();
        for (var i = 0; i < 6; i++)
        {
            sources.Add(await near.ProduceAsync(transport));
        }

        foreach (var source in sources)
        {
            Node.Region.Tell(Pipe(near, source, far), near.Asker);
        }

        var piped = new List<ProducerId>();
        foreach (var _ in sources)
        {
            piped.Add((await near.Asker.ExpectMsgAsync<PipedToRouter>(TestNode.Patience)).PipeProducerId);
        }

        Assert.Equal(sources.ToHashSet(), piped.ToHashSet());
        var dump = await DumpAsync(near);
        Assert.Single(dump.Transports, static end => end.Kind == TransportKind.Pipe);
        Assert.Equal(6, (await PipeOfAsync(far)).Producers.Length);
        await EndAsync(near, far);
    }

    [Fact]
    public async Task It_is_paused_resumed_and_closed_with_its_source()
    {
        var (near, far) = (Node.Client("pipe-follow-near"), Node.Client("pipe-follow-far"));
        var source = await near.ProduceAsync(await near.ConnectedTransportAsync());
        await near.DoAsync(new RouterProtocol.PauseProducer(near.NextRequest, near.Router, source));
        await near.AskAsync<PipedToRouter>(Pipe(near, source, far));
        Assert.True(Assert.Single((await DumpAsync(far)).Producers).Paused);
        await far.AttachAsync();
        var consumer = await far.ConsumeAsync(await far.ConnectedTransportAsync(), source);
        await near.DoAsync(new RouterProtocol.ResumeProducer(near.NextRequest, near.Router, source));
        Assert.Equal(consumer, (await far.EventAsync<SessionEvents.ConsumerResumed>()).ConsumerId);
        await near.DoAsync(new RouterProtocol.PauseProducer(near.NextRequest, near.Router, source));
        Assert.Equal(consumer, (await far.EventAsync<SessionEvents.ConsumerPaused>()).ConsumerId);
        await near.DoAsync(new RouterProtocol.CloseProducer(near.NextRequest, near.Router, source));
        var endings = new List<ISessionEvent>();
        for (var i = 0; i < 2; i++)
        {
            endings.Add(await far.EventAsync<ISessionEvent>(static news => news is SessionEvents.ConsumerClosed or SessionEvents.ProducerClosed));
        }

        Assert.Equal(CloseReason.ProducerClosed, Assert.Single(endings.OfType<SessionEvents.ConsumerClosed>(), news => news.ConsumerId == consumer).Reason);
        Assert.Equal(CloseReason.ProducerClosed, Assert.Single(endings.OfType<SessionEvents.ProducerClosed>()).Reason);

        // The pipe stays for the next one.
        Assert.Empty((await PipeOfAsync(near)).Consumers);
        var next = await near.ProduceAsync(await near.ConnectedTransportAsync());
        await near.AskAsync<PipedToRouter>(Pipe(near, next, far));
        Assert.Single((await PipeOfAsync(far)).Producers);
        await EndAsync(near, far);
    }

    [Fact]
    public async Task When_it_is_closed_nothing_leaves_any_more_and_its_source_lives_on()
    {
        var (near, far) = (Node.Client("pipe-back-near"), Node.Client("pipe-back-far"));
        var source = await near.ProduceAsync(await near.ConnectedTransportAsync());
        await near.AskAsync<PipedToRouter>(Pipe(near, source, far));
        await far.DoAsync(new RouterProtocol.CloseProducer(far.NextRequest, far.Router, source));
        await UntilAsync(near, static dump => dump.Consumers.IsEmpty);
        Assert.Single((await DumpAsync(near)).Producers);
        await near.AskAsync<PipedToRouter>(Pipe(near, source, far));
        await EndAsync(near, far);
    }

    [Theory]
    [InlineData("near router")]
    [InlineData("far router")]
    [InlineData("near end")]
    [InlineData("far end")]
    [InlineData("near end killed")]
    [InlineData("far end faulty")]
    public async Task The_ends_end_together(string victim)
    {
        var room = victim.Replace(' ', '-');
        var (near, far) = (Node.Client($"{room}-near"), Node.Client($"{room}-far"));
        var source = await near.ProduceAsync(await near.ConnectedTransportAsync());
        await near.AskAsync<PipedToRouter>(Pipe(near, source, far));
        var subscriber = Node.Kit.CreateTestProbe();
        var (one, other) = victim.StartsWith("near", StringComparison.Ordinal) ? (near, far) : (far, near);
        var (victimEnd, otherEnd) = (await PipeOfAsync(one), await PipeOfAsync(other));
        await other.AskAsync<TransportSubscribed>(new RouterProtocol.SubscribeTransport(other.NextRequest, other.Router, otherEnd.TransportId, subscriber));
        var victimActor = (await one.AskAsync<TransportSubscribed>(
            new RouterProtocol.SubscribeTransport(one.NextRequest, one.Router, victimEnd.TransportId, Node.Kit.CreateTestProbe()))).Transport;
        switch (victim)
        {
            case "near router" or "far router":
                await one.DoAsync(new RouterProtocol.CloseRouter(one.NextRequest, one.Router));
                break;
            case "near end killed":
                victimActor.Tell(Kill.Instance);
                break;
            case "far end faulty":
                Node.Media.ThrowOn(nameof(IMediaPlane.GetTransportStats));
                await one.RejectedAsync(new RouterProtocol.GetTransportStats(one.NextRequest, one.Router, victimEnd.TransportId));
                break;
            default:
                await one.DoAsync(new RouterProtocol.CloseTransport(one.NextRequest, one.Router, victimEnd.TransportId));
                break;
        }

        var closed = (SessionEvents.TransportClosed)await subscriber.FishForMessageAsync(static message => message is SessionEvents.TransportClosed, TestNode.Patience);
        Assert.Equal(CloseReason.PipeClosed, closed.Reason);
        if (victim == "near router")
        {
            await UntilAsync(far, static dump => dump.Producers.IsEmpty && dump.Transports.IsEmpty);
        }
        else
        {
            await UntilAsync(near, static dump => dump is { Transports.Length: 1, Producers.Length: 1, Consumers.IsEmpty: true });
            await UntilAsync(far, static dump => dump.Producers.IsEmpty && dump.Transports.IsEmpty);
            await near.AskAsync<PipedToRouter>(Pipe(near, source, far));
        }

        await EndAsync(near, far);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_and_leaves_nothing_behind()
    {
        var (near, far) = (Node.Client("pipe-refused-near"), Node.Client("pipe-refused-far"));
        var source = await near.ProduceAsync(await near.ConnectedTransportAsync());
        Assert.Equal(SfuErrorCode.NotFound, await near.RejectedAsync(Pipe(near, new ProducerId("ghost"), far)));
        Assert.Equal(SfuErrorCode.InvalidParameters, await near.RejectedAsync(Pipe(near, source, near)));
        Assert.Equal(
            SfuErrorCode.InvalidParameters, await near.RejectedAsync(Pipe(near, source, far) with { ListenInfo = TestClient.Loopback with { Ip = "nowhere" } }));
        foreach (var command in new[] { nameof(IMediaPlane.OpenPlainTransport), nameof(IMediaPlane.ConnectPlainTransport) })
        {
            Node.Media.Fail(command);
            Assert.Equal(SfuErrorCode.InvalidParameters, await near.RejectedAsync(Pipe(near, source, far)));
            await UntilAsync(near, static dump => dump.Transports.Length == 1);
            await UntilAsync(far, static dump => dump.Transports.IsEmpty);
        }

        await near.AskAsync<PipedToRouter>(Pipe(near, source, far));
        Assert.Equal(SfuErrorCode.AlreadyExists, await near.RejectedAsync(Pipe(near, source, far)));
        await UntilAsync(near, static dump => dump.Consumers.Length == 1);
        Assert.Single((await DumpAsync(far)).Producers);
        await EndAsync(near, far);
    }

    [Fact]
    public async Task An_encoding_that_the_media_plane_refuses_takes_the_others_back()
    {
        var alice = Node.Client("pipe-part");
        var source = await alice.ProduceSimulcastAsync(await alice.ConnectedTransportAsync());
        var end = (await alice.PipeTransportAsync()).TransportId;
        Node.Media.Fail(nameof(IMediaPlane.AddConsumer));
        Assert.Equal(SfuErrorCode.InvalidParameters, await alice.RejectedAsync(alice.Consume(end, source)));
        await UntilAsync(alice, static dump => dump.Consumers.IsEmpty);
        Assert.DoesNotContain((await Node.Media.DumpAsync()).Transports, static transport => !transport.Consumers.IsEmpty);

        var consumed = await alice.AskAsync<Consumed>(alice.Consume(end, source));
        Assert.Equal(3, consumed.RtpParameters.Encodings.Length);
        Assert.Null(consumed.RtpParameters.Mid);
        Assert.Equal(3, (await alice.AskAsync<Stats>(new RouterProtocol.GetConsumerStats(alice.NextRequest, alice.Router, consumed.ConsumerId))).Entries.Length);
        await alice.DoAsync(new RouterProtocol.ResumeConsumer(alice.NextRequest, alice.Router, consumed.ConsumerId));
        Assert.All(await TwinsAsync(consumed.ConsumerId), static twin => Assert.False(twin.Paused));
        await alice.DoAsync(new RouterProtocol.PauseConsumer(alice.NextRequest, alice.Router, consumed.ConsumerId));
        Assert.All(await TwinsAsync(consumed.ConsumerId), static twin => Assert.True(twin.Paused));
        await alice.DoAsync(new RouterProtocol.CloseConsumer(alice.NextRequest, alice.Router, consumed.ConsumerId));
        Assert.Empty(await TwinsAsync(consumed.ConsumerId));
        await EndAsync(alice);
    }

    [Fact]
    public async Task What_crosses_follows_its_source_also_when_the_Routers_actor_was_lost()
    {
        await using var node = await TestNode.StartAsync();
        var (near, far) = (node.Client("pipe-lost-near"), node.Client("pipe-lost-far"));
        var source = await near.ProduceAsync(await near.ConnectedTransportAsync());
        await near.AskAsync<PipedToRouter>(Pipe(near, source, far));
        node.System.ActorSelection("/system/sharding/router/*/pipe-lost-near").Tell(RouterHandOff.Instance);
        await TestNode.UntilAsync(
            async () => (await near.AskAsync<IReply>(new RouterProtocol.DumpRouter(near.NextRequest, near.Router))) is RouterDump { Consumers.Length: 1 }
                && (await node.DumpAsync()).Branches.All(static branch => !branch.Orphaned),
            () => "the Router did not come back");
        await near.DoAsync(new RouterProtocol.PauseProducer(near.NextRequest, near.Router, source));
        await UntilAsync(far, static dump => dump.Producers.All(static producer => producer.Paused));
        var second = await near.ProduceAsync(await near.ConnectedTransportAsync());
        await near.AskAsync<PipedToRouter>(Pipe(near, second, far));
        await near.DoAsync(new RouterProtocol.CloseProducer(near.NextRequest, near.Router, source));
        await UntilAsync(far, dump => dump.Producers is [var left] && left.ProducerId == second);
        await near.DoAsync(new RouterProtocol.CloseRouter(near.NextRequest, near.Router));
        await UntilAsync(far, static dump => dump.Transports.IsEmpty);
        Assert.True((await node.Media.DumpAsync()).HasNoTransports);
    }

    /// <summary>Probes stand for the branches of a Router that goes on elsewhere: one with the Producer, and one with the pipe, which is heard of later.</summary>
    [Fact]
    public async Task A_Router_that_goes_on_elsewhere_finds_its_pipe_however_late_it_hears_of_it()
    {
        await using var node = await TestNode.StartAsync();
        var (near, far) = (node.Client("pipe-late-near"), node.Client("pipe-late-far"));
        var (sender, end, source) = (TransportId.New(), TransportId.New(), new ProducerId("late"));
        var setup = new RouterSetup(DefaultMediaCodecs.Value, Explicit: true, JsonText.EmptyObject);
        var carrier = await AttachAsync(new BranchSnapshot(
            setup,
            [],
            [new TransportRecord(sender, near.Peer, near.Session, Open: true)],
            [new ProducerRecord(source, sender, near.Peer, MediaKind.Audio, ProducerType.Simple, TestClient.Opus(), JsonText.EmptyObject, Paused: false, Open: true)],
            []));
        node.Region.Tell(Pipe(near, source, far), near.Session);

        var piped = await AttachAsync(new BranchSnapshot(setup, [], [new TransportRecord(end, null, null, Open: true, TransportKind.Pipe)], [], []));

        var asked = (PipeEndProtocol.DescribeEnd)await piped.FishForMessageAsync(static message => message is PipeEndProtocol.DescribeEnd, TestNode.Patience);
        Assert.Equal(end, asked.TransportId);
        var other = node.Kit.CreateTestProbe();
        piped.Reply(new PipeEndProtocol.EndDescribed(
            asked.RequestId, piped.Ref, new PipeEndProtocol.JoinEnds(0, near.Router, end, other.Ref, far.Router, TransportId.New(), IsNear: true)));
        var leaving = (BranchProtocol.AddConsumer)await piped.FishForMessageAsync(static message => message is BranchProtocol.AddConsumer, TestNode.Patience);
        Assert.Equal((end, source), (leaving.TransportId, leaving.Producer.ProducerId));
        Assert.Equal(2, (await DumpAsync(near)).Transports.Length);
        Assert.True((await node.Media.DumpAsync()).HasNoTransports);

        async Task<TestProbe> AttachAsync(BranchSnapshot snapshot)
        {
            var branch = node.Kit.CreateTestProbe();
            node.Region.Tell(new BranchProtocol.AttachBranch(near.Router, branch.Ref, node.Kit.CreateTestProbe().Ref, snapshot), branch.Ref);
            await branch.FishForMessageAsync(static message => message is BranchProtocol.BranchAttached, TestNode.Patience);
            return branch;
        }
    }

    [Fact]
    public async Task A_Router_that_went_on_elsewhere_long_ago_asks_its_ends()
    {
        var (router, end) = (Node.Kit.CreateTestProbe(), TransportId.New());
        var pipes = router.ChildActorOf(PipeToRouterActor.Props(new RouterId("long-ago"), new RouterId("far"), Node.Region, TimeSpan.FromHours(-1)));
        pipes.Tell(new PipeToRouterActor.HasEnds([end]));
        Assert.Equal(end, (await router.ExpectMsgAsync<PipeEndProtocol.DescribeEnd>(TestNode.Patience)).TransportId);
    }

    private static RouterProtocol.PipeToRouter Pipe(TestClient near, ProducerId producer, TestClient far) =>
        new(near.NextRequest, near.Router, producer, far.Router, TestClient.Loopback);

    private static Task<RouterDump> DumpAsync(TestClient client) =>
        client.AskAsync<RouterDump>(new RouterProtocol.DumpRouter(client.NextRequest, client.Router));

    private static async Task<PlainTransportDump> PipeOfAsync(TestClient client)
    {
        var end = (await DumpAsync(client)).Transports.Single(static transport => transport.Kind == TransportKind.Pipe);
        return await client.AskAsync<PlainTransportDump>(new RouterProtocol.DumpTransport(client.NextRequest, client.Router, end.TransportId));
    }

    private static async Task UntilAsync(TestClient client, Predicate<RouterDump> condition)
    {
        RouterDump? dump = null;
        await TestNode.UntilAsync(
            async () => (dump = await client.AskAsync<IReply>(new RouterProtocol.DumpRouter(client.NextRequest, client.Router)) as RouterDump) is { } known
                && condition(known),
            () => $"{dump}");
    }

    private async Task<ConsumerDump[]> TwinsAsync(ConsumerId consumer) =>
        [.. (await Node.Media.DumpAsync()).Transports.SelectMany(static transport => transport.Consumers).Where(twin => twin.Id == consumer.Value)];

    private async Task EndAsync(params TestClient[] clients)
    {
        foreach (var client in clients)
        {
            await client.AskAsync<IReply>(new RouterProtocol.CloseRouter(client.NextRequest, client.Router));
        }

        foreach (var client in clients)
        {
            await Node.MustBeEmptyAsync(client.Router.Value);
        }

        Assert.Empty((await Node.DumpAsync()).Transports);
    }
}
