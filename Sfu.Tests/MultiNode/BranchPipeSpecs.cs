using System.Collections.Immutable;
using Akka.Actor;
using Akka.TestKit;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Tests.Scenarios;
using Sfu.Tests.Support;

namespace Sfu.Tests.MultiNode;

/// <summary>Two nodes with a branch each of one Router, which the test plays: what crosses between them, when, and what is left.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class BranchPipeSpecs : IAsyncLifetime
{
    private static readonly RouterId _router = new("pipes");
    private static readonly TransportId _sender = new("sender");
    private static readonly TransportId _receiver = new("receiver");

    private TestNode _near = null!;
    private TestNode _far = null!;
    private TestProbe _routerProbe = null!;
    private TestProbe _owner = null!;
    private RouterOrtc _ortc = null!;
    private RtpCapabilities _capabilities = null!;
    private IActorRef _nearBranch = null!;
    private IActorRef _farBranch = null!;
    private int _requests;

    public async Task InitializeAsync()
    {
        _near = await TestNode.StartAsync("sfu.pipe.linger = 300 ms");
        var seed = Akka.Cluster.Cluster.Get(_near.System).SelfAddress;
        _far = await TestNode.StartAsync($"sfu.pipe.linger = 300 ms\nsfu.cluster.seed-nodes = [\"{seed}\"]");
        _routerProbe = _near.Kit.CreateTestProbe();
        _owner = _near.Kit.CreateTestProbe();
        _ortc = new RouterOrtc(new SeededRandom(7));
        Assert.True(_ortc.TryGetRouterCapabilities(DefaultMediaCodecs.Value, out _capabilities!, out _));
        var farNode = await _near.System.ActorSelection($"{Akka.Cluster.Cluster.Get(_far.System).SelfAddress}/user/sfu-node").ResolveOne(TestNode.Patience);
        _nearBranch = await OpenTransportAsync(_near.Node, _sender);
        _farBranch = await OpenTransportAsync(farNode, _receiver);
    }

    public async Task DisposeAsync()
    {
        foreach (var branch in new[] { _nearBranch, _farBranch })
        {
            branch.Tell(new BranchProtocol.RouterClosing(_router, CloseReason.RouterClosed));
        }

        foreach (var node in new[] { _near, _far })
        {
            NodeProtocol.NodeDump? dump = null;
            await TestNode.UntilAsync(async () => (dump = await node.DumpAsync()).IsIdle, () => $"left over: {dump}");
            await node.DisposeAsync();
        }
    }

    [Fact]
    public async Task First_Consumers_that_come_together_open_one_pipe_and_have_the_Producer_cross_once()
    {
        var producer = await ProduceAsync();

        for (var i = 0; i < 20; i++)
        {
            _farBranch.Tell(AddConsumer(producer, $"consumer-{i}"), _owner.Ref);
        }

        for (var i = 0; i < 20; i++)
        {
            // What the receiver's transport tells of its handshake may come in between.
            Assert.IsType<Consumed>(await _owner.FishForMessageAsync(message => message is IReply, TestNode.Patience));
        }

        var near = await _near.Media.DumpAsync();
        var far = await _far.Media.DumpAsync();
        var outlet = Assert.Single(near.Transports, IsPipe);
        var inlet = Assert.Single(far.Transports, IsPipe);
        Assert.Equal([$"{producer.ProducerId}/0", $"{producer.ProducerId}/1", $"{producer.ProducerId}/2"], outlet.Consumers.Select(consumer => consumer.Id).Order());
        Assert.Equal(producer.ProducerId.Value, Assert.Single(inlet.Producers).Id);
        Assert.Equal(20, inlet.Producers[0].Consumers);
        var dump = Assert.Single((await _far.DumpAsync()).Branches);
        var pipe = Assert.Single(dump.Pipes);
        Assert.True(pipe.IsInlet);
        Assert.Equal(producer.ProducerId, Assert.Single(pipe.Producers).ProducerId);
        Assert.Equal(Akka.Cluster.Cluster.Get(_near.System).SelfAddress.ToString(), pipe.Node);
    }

    [Fact]
    public async Task What_the_far_node_wants_runs_and_nothing_else()
    {
        var producer = await ProduceAsync();
        await ConsumeAsync(producer, "consumer");
        Assert.All(await CrossingAsync(), consumer => Assert.True(consumer.Paused));

        _far.Media.Want(producer.ProducerId, 0b101, 0x0703);
        await CrossesAsync([0, 2]);
        _far.Media.Want(producer.ProducerId, 0b010, 0x0070);
        await CrossesAsync([1]);
        _far.Media.Want(producer.ProducerId, 0, 0);
        await CrossesAsync([]);

        // Of each encoding the layers that are wanted, before it runs; an older node names none, and gets all.
        foreach (var consumer in await CrossingAsync())
        {
            Assert.Equal(["Targets:0703", "Targets:0070"], (await _near.Media.NotedOfAsync(consumer.Handle)).Where(static what => what.StartsWith("Targets", StringComparison.Ordinal)));
        }

        _far.Media.Want(producer.ProducerId, 0b001, 0);
        await CrossesAsync([0]);
        Assert.Equal("Targets:FFFF", (await _near.Media.NotedOfAsync((await CrossingAsync())[0].Handle))[^1]);
    }

    [Fact]
    public async Task Two_Producers_share_the_pipe_and_end_one_by_one()
    {
        var first = await ProduceAsync();
        var second = await ProduceAsync();
        await ConsumeAsync(first, "of-first");
        await ConsumeAsync(second, "of-second");
        Assert.Equal(2, Assert.Single((await _far.Media.DumpAsync()).Transports, IsPipe).Producers.Length);

        // The publisher's node says so, also when no Router does.
        await AskAsync<Done>(_nearBranch, new RouterProtocol.CloseProducer(NextRequest, _router, first.ProducerId));
        var closed = (SessionEvents.ConsumerClosed)await _owner.FishForMessageAsync<ISessionEvent>(
            message => message is SessionEvents.ConsumerClosed, TestNode.Patience);
        Assert.Equal(new ConsumerId("of-first"), closed.ConsumerId);
        Assert.Equal(CloseReason.ProducerClosed, closed.Reason);
        Assert.Equal(second.ProducerId.Value, Assert.Single(Assert.Single((await _far.Media.DumpAsync()).Transports, IsPipe).Producers).Id);

        _farBranch.Tell(new BranchProtocol.ProducerGone(_router, second.ProducerId));
        await NoPipeIsLeftAsync();
    }

    [Fact]
    public async Task Last_Consumer_gone_closes_the_pipe_after_a_while_and_one_that_comes_before_keeps_it()
    {
        var producer = await ProduceAsync();
        await ConsumeAsync(producer, "first");
        var inlet = Assert.Single((await _far.Media.DumpAsync()).Transports, IsPipe).Handle;
        await AskAsync<Done>(_farBranch, new RouterProtocol.CloseConsumer(NextRequest, _router, new ConsumerId("first")));
        await ConsumeAsync(producer, "second");
        Assert.Equal(inlet, Assert.Single((await _far.Media.DumpAsync()).Transports, IsPipe).Handle);

        await AskAsync<Done>(_farBranch, new RouterProtocol.CloseConsumer(NextRequest, _router, new ConsumerId("second")));
        await NoPipeIsLeftAsync();

        // And it can be opened again.
        await ConsumeAsync(producer, "third");
        _farBranch.Tell(new BranchProtocol.EndTransport(_router, _receiver, CloseReason.Requested));
        await NoPipeIsLeftAsync();
    }

    [Fact]
    public async Task Pause_of_the_Producer_reaches_what_crossed()
    {
        var producer = await ProduceAsync();
        await ConsumeAsync(producer, "consumer");

        _farBranch.Tell(new BranchProtocol.ProducerPauseChanged(_router, producer.ProducerId, Paused: true));
        await TestNode.UntilAsync(
            async () => Assert.Single((await _far.Media.DumpAsync()).Transports, IsPipe).Producers.All(crossed => crossed.Paused), () => "not paused");
        _farBranch.Tell(new BranchProtocol.ProducerPauseChanged(_router, producer.ProducerId, Paused: false));
        await TestNode.UntilAsync(
            async () => Assert.Single((await _far.Media.DumpAsync()).Transports, IsPipe).Producers.All(crossed => !crossed.Paused), () => "not resumed");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pipe_that_fails_at_either_end_ends_at_both_with_its_Consumers(bool near)
    {
        var producer = await ProduceAsync();
        await ConsumeAsync(producer, "consumer");

        // The transports of the peers were opened first.
        (near ? _near : _far).Media.FaultTransport(1);

        var closed = (SessionEvents.ConsumerClosed)await _owner.FishForMessageAsync<ISessionEvent>(
            message => message is SessionEvents.ConsumerClosed, TestNode.Patience);
        Assert.Equal(CloseReason.ProducerClosed, closed.Reason);
        await NoPipeIsLeftAsync();
        await ConsumeAsync(producer, "again");
    }

    [Theory]
    [InlineData(nameof(IMediaPlane.OpenPlainTransport), true)]
    [InlineData(nameof(IMediaPlane.OpenPlainTransport), false)]
    [InlineData(nameof(IMediaPlane.ConnectPlainTransport), true)]
    [InlineData(nameof(IMediaPlane.ConnectPlainTransport), false)]
    [InlineData(nameof(IMediaPlane.AddProducer), false)]
    [InlineData(nameof(IMediaPlane.AddConsumer), true)]
    public async Task Pipe_that_cannot_be_opened_refuses_the_Consumer_and_leaves_nothing(string command, bool near)
    {
        var producer = await ProduceAsync();
        (near ? _near : _far).Media.Fail(command);

        await AskAsync<Rejected>(_farBranch, AddConsumer(producer, "consumer"));
        Assert.Equal(new ConsumerId("consumer"), (await FromBranchAsync<BranchProtocol.ConsumerEnded>()).ConsumerId);
        await NoPipeIsLeftAsync();
        await ConsumeAsync(producer, "again");
    }

    [Fact]
    public async Task Producer_that_is_not_there_any_more_refuses_the_Consumer()
    {
        var producer = await ProduceAsync();
        await AskAsync<Done>(_nearBranch, new RouterProtocol.CloseProducer(NextRequest, _router, producer.ProducerId));

        var refused = await AskAsync<Rejected>(_farBranch, AddConsumer(producer, "consumer"));
        Assert.Equal(SfuErrorCode.Closed, refused.Error.Code);
        await NoPipeIsLeftAsync();
    }

    [Fact]
    public async Task Other_end_that_goes_away_takes_its_end_along()
    {
        var producer = await ProduceAsync();
        await ConsumeAsync(producer, "consumer");

        _nearBranch.Tell(new BranchProtocol.RouterClosing(_router, CloseReason.RouterClosed));

        var closed = (SessionEvents.ConsumerClosed)await _owner.FishForMessageAsync<ISessionEvent>(
            message => message is SessionEvents.ConsumerClosed, TestNode.Patience);
        Assert.Equal(new ConsumerId("consumer"), closed.ConsumerId);
        await NoPipeIsLeftAsync();
    }

    private long NextRequest => ++_requests;

    private static bool IsPipe(TransportDump transport) => transport.IceState == "plain";

    private async Task<IActorRef> OpenTransportAsync(IActorRef node, TransportId id)
    {
        node.Tell(
            new BranchProtocol.OpenTransport(
                NextRequest,
                _router,
                _routerProbe.Ref,
                new RouterSetup(DefaultMediaCodecs.Value, Explicit: true, JsonText.EmptyObject),
                [],
                id,
                WebRtcTransportOptions.Default,
                null,
                _owner.Ref),
            _owner.Ref);
        var branch = (await FromBranchAsync<BranchProtocol.BranchOpened>()).Branch;
        await _owner.FishForMessageAsync(message => message is TransportCreated, TestNode.Patience);
        var dtls = new DtlsParameters { Role = DtlsRole.Client, Fingerprints = [new DtlsFingerprint("sha-256", "CC:DD")] };
        await AskAsync<TransportConnected>(branch, new RouterProtocol.ConnectWebRtcTransport(NextRequest, _router, id, dtls));
        return branch;
    }

    private async Task<ProducerRecord> ProduceAsync()
    {
        Assert.True(_ortc.TryMapProducer(MediaKind.Video, TestClient.Simulcast(), _capabilities, out var offer, out _));
        var record = new ProducerRecord(
            ProducerId.New(), _sender, null, MediaKind.Video, offer.Type, offer.Consumable, JsonText.EmptyObject, Paused: false, Open: false);
        await AskAsync<Produced>(_nearBranch, new BranchProtocol.AddProducer(NextRequest, _router, record, offer.Parameters, offer.Mapping, 0));
        return record with { Open = true };
    }

    private BranchProtocol.AddConsumer AddConsumer(ProducerRecord producer, string id) => new(
        NextRequest,
        _router,
        _receiver,
        new ConsumerId(id),
        producer,
        _capabilities,
        Paused: false,
        JsonText.EmptyObject,
        Source: _nearBranch);

    private Task<Consumed> ConsumeAsync(ProducerRecord producer, string id) => AskAsync<Consumed>(_farBranch, AddConsumer(producer, id));

    private async Task<TReply> AskAsync<TReply>(IActorRef to, object request)
    {
        to.Tell(request, _owner.Ref);
        return (TReply)await _owner.FishForMessageAsync(message => message is IReply, TestNode.Patience);
    }

    private async Task<T> FromBranchAsync<T>() => (T)await _routerProbe.FishForMessageAsync(message => message is T, TestNode.Patience);

    private async Task<ImmutableArray<ConsumerDump>> CrossingAsync() => Assert.Single((await _near.Media.DumpAsync()).Transports, IsPipe).Consumers;

    private Task CrossesAsync(int[] encodings) => TestNode.UntilAsync(
        async () => (await CrossingAsync()).Where(consumer => !consumer.Paused).Select(consumer => consumer.Id[^1] - '0').Order().SequenceEqual(encodings),
        () => "the wrong encodings cross");

    private async Task NoPipeIsLeftAsync()
    {
        foreach (var node in new[] { _near, _far })
        {
            NodeProtocol.NodeDump? dump = null;
            await TestNode.UntilAsync(
                async () => (dump = await node.DumpAsync()).Branches.All(branch => branch.Pipes.IsEmpty) && !dump.Media.Transports.Any(IsPipe),
                () => $"left over: {dump}");
        }
    }
}
