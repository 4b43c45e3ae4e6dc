using System.Runtime.CompilerServices;
using Akka.Actor;
using Akka.Configuration;
using Sfu.Actors.Client;
using Sfu.Actors.Protocol;
using Sfu.Media.Ortc;
using Sfu.Tests.Support;

namespace Sfu.Tests.Scenarios;

/// <summary>A service drives a node by messages: as a member of its cluster, and from outside.</summary>
[Collection(nameof(ActorsCollection))]
public sealed class SfuClientSpecs : IAsyncLifetime
{
    private static readonly DtlsParameters _dtls = new() { Role = DtlsRole.Client, Fingerprints = [new DtlsFingerprint("sha-256", "CC:DD")] };

    private readonly RouterId _router = new($"room-{Guid.NewGuid()}");
    private TestNode _node = null!;
    private ServiceSystem _service = null!;

    public async Task InitializeAsync()
    {
        _node = await TestNode.StartAsync("sfu.cluster.dump-deadline = 300 ms");
        _service = ServiceSystem.Start();
    }

    public async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _node.DisposeAsync();
    }

    [Fact]
    public async Task The_example_runs_as_a_member_of_the_cluster()
    {
        var member = await _service.JoinAsync(_node);
        var log = new StringWriter();
        var run = VoiceService.RunAsync(member, _router.Value, _dtls, TestClient.Opus(), TextWriter.Synchronized(log));
        await TestNode.UntilAsync(
            async () => run.IsFaulted || (log.ToString().Contains("nobody to listen to", StringComparison.Ordinal) && await DumpAsync() is { Producers.Length: 1 }),
            () => log.ToString());
        await using var other = SfuClient.Create(_node.System);
        await other.CloseRouterAsync(_router);
        Assert.Equal(CloseReason.RouterClosed, await run);
        var lines = log.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["1 candidates for the client", "Simple producer", "nobody to listen to"], lines[..3]);
        Assert.Equal("TransportClosed", lines[^1]);
        await _node.MustBeEmptyAsync(_router.Value);
    }

    [Fact]
    public void The_readme_shows_the_example()
    {
        var example = File.ReadAllText(Path.Combine(Here(), "VoiceService.cs"));
        Assert.InRange(example.Split('\n').Length - 1, 30, 45);
        Assert.Contains($"```csharp\n{example}```\n", File.ReadAllText(Path.Combine(Here(), "..", "..", "README.md")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_outside_of_the_cluster_does_the_same_and_leaves_nothing()
    {
        await using var sfu = SfuClient.CreateOutside(_service.Outside(), [ServiceSystem.AddressOf(_node)]);
        await using (var session = sfu.OpenSession())
        {
            var transport = await sfu.CreateWebRtcTransportAsync(_router, owner: session.Actor);
            await sfu.ConnectWebRtcTransportAsync(_router, transport.TransportId, _dtls);
            var producer = await sfu.ProduceAsync(_router, transport.TransportId, MediaKind.Audio, TestClient.Opus());
            await sfu.CloseProducerAsync(_router, producer.ProducerId);
            using var patience = new CancellationTokenSource(TestNode.Patience);
            Assert.Equal(producer.ProducerId, (await session.NextAsync<SessionEvents.ProducerClosed>(patience.Token)).ProducerId);
            Assert.Single((await sfu.DumpRouterAsync(_router)).Transports);
        }

        await TestNode.UntilAsync(async () => await DumpAsync() is { Transports.IsEmpty: true }, () => "the transport outlives its owner");
        await _node.MustBeEmptyAsync(_router.Value);
    }

    [Fact]
    public void Every_request_that_crosses_nodes_has_a_method()
    {
        var requests = typeof(IRequest).Assembly.GetExportedTypes()
            .Where(type => type is { IsInterface: false } && type.IsAssignableTo(typeof(IRequest)))
            .Where(type => type.IsAssignableTo(typeof(IRouterMessage)) || type.IsAssignableTo(typeof(IClusterRequest)) || type.IsAssignableTo(typeof(INodeRequest)))
            .Select(type => $"{type.Name}Async")
            .ToArray();
        Assert.Contains(nameof(SfuClient.ProduceAsync), requests);
        Assert.Empty(requests.Except(typeof(SfuClient).GetMethods().Select(method => method.Name)));
    }

    [Fact]
    public async Task Plain_transports_pipes_and_observers_are_driven_from_outside_of_the_cluster()
    {
        var target = new RouterId($"{_router}-target");
        await using var sfu = SfuClient.CreateOutside(_service.Outside(), [ServiceSystem.AddressOf(_node)]);
        await using var session = sfu.OpenSession();
        using var patience = new CancellationTokenSource(TestNode.Patience);
        var plain = await sfu.CreatePlainTransportAsync(_router, new PlainTransportOptions(TestClient.Loopback), owner: session.Actor);
        await sfu.ConnectPlainTransportAsync(_router, plain.TransportId, "127.0.0.1", 5004);
        Assert.Contains(_node.Media.Noted, static noted => noted.What.StartsWith("Remote:127.0.0.1:5004:", StringComparison.Ordinal));
        var again = await Assert.ThrowsAsync<SfuRequestException>(() => sfu.ConnectPlainTransportAsync(_router, plain.TransportId, "127.0.0.1", 5004));
        Assert.Equal(SfuErrorCode.InvalidState, again.Error.Code);
        var pipe = await sfu.CreatePipeTransportAsync(_router, new PipeTransportOptions(TestClient.Loopback), session.Actor);
        await sfu.ConnectPipeTransportAsync(_router, pipe.TransportId, "127.0.0.1", 5006);
        Assert.Contains(_node.Media.Noted, static noted => noted.What.StartsWith("Remote:127.0.0.1:5006:", StringComparison.Ordinal));

        var producer = (await sfu.ProduceAsync(_router, plain.TransportId, MediaKind.Audio, TestClient.Opus())).ProducerId;
        Assert.Equal(producer, (await sfu.PipeToRouterAsync(_router, producer, target)).PipeProducerId);
        Assert.Equal(producer, Assert.Single((await sfu.DumpRouterAsync(target)).Producers).ProducerId);

        var levels = (await sfu.CreateAudioLevelObserverAsync(_router, subscriber: session.Actor)).ObserverId;
        var speaker = (await sfu.CreateActiveSpeakerObserverAsync(_router)).ObserverId;
        await sfu.SubscribeObserverAsync(_router, speaker, session.Actor);
        foreach (var observer in new[] { levels, speaker })
        {
            await sfu.AddObserverProducerAsync(_router, observer, producer);
            await sfu.PauseObserverAsync(_router, observer);
            await sfu.ResumeObserverAsync(_router, observer);
            await sfu.RemoveObserverProducerAsync(_router, observer, producer);
            await sfu.CloseObserverAsync(_router, observer);
            var closed = await session.NextAsync<ObserverEvents.ObserverClosed>(patience.Token);
            Assert.Equal((observer, CloseReason.Requested), (closed.ObserverId, closed.Reason));
        }

        var gone = await Assert.ThrowsAsync<SfuRequestException>(() => sfu.UnsubscribeObserverAsync(_router, levels, session.Actor));
        Assert.Equal(SfuErrorCode.NotFound, gone.Error.Code);
        await sfu.CloseRouterAsync(_router);
        await sfu.CloseRouterAsync(target);
        await _node.MustBeEmptyAsync(_router.Value);
        await _node.MustBeEmptyAsync(target.Value);
    }

    [Fact]
    public async Task A_node_is_driven_from_outside_of_the_cluster()
    {
        await using var sfu = SfuClient.CreateOutside(_service.Outside(), [ServiceSystem.AddressOf(_node)]);
        await using var session = sfu.OpenSession();
        using var patience = new CancellationTokenSource(TestNode.Patience);
        var node = _node.Address.ToString();
        var extra = new ServerId("extra");
        await sfu.OpenServerAsync(node, extra, [TestClient.Loopback]);
        await sfu.SubscribeServerAsync(node, extra, session.Actor);
        Assert.Equal(extra, (await session.NextAsync<WebRtcServerEvents.ServerState>(patience.Token)).ServerId);
        Assert.Contains((await sfu.DumpNodeAsync(node)).Servers, server => server.ServerId == extra);
        await sfu.CloseServerAsync(node, extra);
        Assert.Equal(CloseReason.Requested, (await session.NextAsync<WebRtcServerEvents.ServerClosed>(patience.Token)).Reason);
        Assert.True((await sfu.DrainNodeAsync(node, TimeSpan.FromSeconds(5))).IsEmpty);
        await sfu.CancelDrainAsync(node);
    }

    [Fact]
    public async Task What_nodes_tell_each_other_is_not_taken_from_outside()
    {
        await using var sfu = SfuClient.CreateOutside(_service.Outside(), [ServiceSystem.AddressOf(_node)]);
        Assert.Single((await sfu.DumpClusterAsync()).Members);
        var refused = await Assert.ThrowsAsync<SfuRequestException>(
            () => sfu.SendAsync<ClusterProtocol.MemberDescribed>(id => new ClusterProtocol.DescribeMember(id)));
        Assert.Equal(SfuErrorCode.Unsupported, refused.Error.Code);
    }

    [Fact]
    public async Task Requests_fail_in_a_way_that_programs_can_tell()
    {
        await using var sfu = SfuClient.Create(_node.System);
        var rejected = await Assert.ThrowsAsync<SfuRequestException>(() => sfu.CloseRouterAsync(_router));
        Assert.Equal(SfuErrorCode.NotFound, rejected.Error.Code);

        await using var lost = SfuClient.CreateOutside(
            _service.Outside(), ["akka.tcp://sfu@127.0.0.1:1"], new SfuClientOptions { Timeout = TimeSpan.FromMilliseconds(200), MaxPendingRequests = 1 });
        using var given = new CancellationTokenSource();
        var waiting = lost.CloseRouterAsync(_router, given.Token);
        var tooMany = await Assert.ThrowsAsync<SfuRequestException>(() => lost.CloseRouterAsync(_router));
        Assert.Equal(SfuErrorCode.Unavailable, tooMany.Error.Code);
        await Assert.ThrowsAsync<TimeoutException>(() => waiting);
        waiting = lost.CloseRouterAsync(_router, given.Token);
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await lost.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => lost.CloseRouterAsync(_router));
    }

    [Fact]
    public async Task Actors_ask_by_the_same_way_without_waiting()
    {
        await using var sfu = SfuClient.Create(_node.System);
        var asker = _node.Kit.CreateTestProbe();
        sfu.Routes.Tell(new RouterProtocol.GetRouterRtpCapabilities(7, _router), asker.Ref);
        Assert.Equal(7, (await asker.ExpectMsgAsync<RouterRtpCapabilities>(TestNode.Patience)).RequestId);
    }

    [Fact]
    public async Task A_session_that_is_not_read_ends_when_it_is_full()
    {
        await using var sfu = SfuClient.Create(_node.System, new SfuClientOptions { MaxWaitingEvents = 2 });
        await using var session = sfu.OpenSession();
        var watcher = _node.Kit.CreateTestProbe();
        watcher.Watch(session.Actor);
        for (var index = 0; index < 3; index++)
        {
            session.Actor.Tell(new ClusterEvents.MemberReachable($"{index}"));
        }

        await watcher.ExpectTerminatedAsync(session.Actor, TestNode.Patience);
        var read = new List<IEvent>();
        var end = await Assert.ThrowsAsync<SfuRequestException>(async () =>
        {
            await foreach (var news in session.ReadAllAsync())
            {
                read.Add(news);
            }
        });
        Assert.Equal(SfuErrorCode.Closed, end.Error.Code);
        Assert.Equal(2, read.Count);
    }

    [Fact]
    public async Task The_cluster_says_what_each_node_carries_and_names_those_that_do_not_answer()
    {
        var member = await _service.JoinAsync(_node, "gateway");
        await using var sfu = SfuClient.Create(member);
        var created = await sfu.CreateWebRtcTransportAsync(_router);
        var own = ServiceSystem.AddressOf(_node);

        // The service pretends to be a node and has nobody that answers.
        await using var inside = SfuClient.Create(_node.System);
        var dump = await inside.DumpClusterAsync();
        Assert.False(dump.IsComplete);
        var silent = Assert.Single(dump.Members, one => one.Node != own);
        Assert.True(silent is { Reachable: true, Asked: true, Answered: false }, silent.ToString());
        var carrier = Assert.Single(dump.Members, one => one.Node == own);
        Assert.Equal(["gateway", "sfu"], carrier.Roles.AsEnumerable());
        Assert.Equal("up", carrier.Status);
        Assert.Contains(_router, carrier.Summary!.Routers);
        var branch = Assert.Single(carrier.Summary.Branches, one => one.RouterId == _router);
        Assert.True(branch is { Orphaned: false, Transports: 1, Pipes.IsEmpty: true }, branch.ToString());
        Assert.True(carrier.Summary is { Servers: 1, Transports: 1 }, carrier.ToString());
        Assert.True(carrier.Load is { Draining: false, Threads: > 0, CpuPermille: >= 0 and <= 1_000 }, carrier.ToString());
        Assert.Null(silent.Load);
        await sfu.CloseTransportAsync(_router, created.TransportId);
    }

    [Fact]
    public async Task Subscribers_hear_of_members_and_Routers_wherever_they_are_asked_for()
    {
        var own = ServiceSystem.AddressOf(_node);
        await using var sfu = SfuClient.CreateOutside(_service.Outside(), [own]);
        await using var session = sfu.OpenSession();
        await sfu.SubscribeClusterAsync(session.Actor);
        using var patience = new CancellationTokenSource(TestNode.Patience);
        Assert.Equal(own, (await session.NextAsync<ClusterEvents.MemberUp>(patience.Token)).Node);

        await using var joining = ServiceSystem.Start();
        var member = await joining.JoinAsync(_node);
        var up = await session.NextAsync<ClusterEvents.MemberUp>(patience.Token);
        Assert.Equal(["bot"], up.Roles.AsEnumerable());

        await sfu.CreateRouterAsync(_router, DefaultMediaCodecs.Value);
        Assert.Equal(new ClusterEvents.RouterStarted(own, _router), await session.NextAsync<ClusterEvents.RouterStarted>(patience.Token));
        await sfu.CloseRouterAsync(_router);
        Assert.Equal(new ClusterEvents.RouterStopped(own, _router, Closed: true), await session.NextAsync<ClusterEvents.RouterStopped>(patience.Token));

        await joining.LeaveAsync();
        Assert.Equal(up.Node, (await session.NextAsync<ClusterEvents.MemberRemoved>(patience.Token)).Node);

        await sfu.UnsubscribeClusterAsync(session.Actor);
        await sfu.GetRouterRtpCapabilitiesAsync(new RouterId("unheard"));
        await sfu.SubscribeClusterAsync(session.Actor);
        await using var reader = session.ReadAllAsync(patience.Token).GetAsyncEnumerator(patience.Token);
        Assert.True(await reader.MoveNextAsync());
        Assert.IsType<ClusterEvents.MemberUp>(reader.Current);
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    private async Task<RouterDump?> DumpAsync()
    {
        await using var sfu = SfuClient.Create(_node.System);
        try
        {
            return await sfu.DumpRouterAsync(_router);
        }
        catch (SfuRequestException)
        {
            // On its way out.
            return null;
        }
    }

    /// <summary>Actor systems of a service that is no node.</summary>
    private sealed class ServiceSystem : IAsyncDisposable
    {
        private const string Common = """
            akka {
              loglevel = OFF
              stdout-loglevel = OFF
              remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
            }
            """;

        private readonly List<ActorSystem> _systems = [];

        public static ServiceSystem Start() => new();

        public static string AddressOf(TestNode node) => Akka.Cluster.Cluster.Get(node.System).SelfAddress.ToString();

        /// <summary>Joins the node's cluster and waits until it is up.</summary>
        public async Task<ActorSystem> JoinAsync(TestNode node, string role = "bot")
        {
            var test = ConfigurationFactory.ParseString(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "hocon", "test.conf")));
            var system = ActorSystem.Create("sfu", ConfigurationFactory.ParseString($"{Common}\nakka.cluster.roles = [{role}]")
                .WithFallback(test)
                .WithFallback(SfuClientConfiguration.Member));
            _systems.Add(system);
            using var patience = new CancellationTokenSource(TestNode.Patience);
            await Akka.Cluster.Cluster.Get(system).JoinAsync(Akka.Cluster.Cluster.Get(node.System).SelfAddress, patience.Token);
            return system;
        }

        public ActorSystem Outside()
        {
            var system = ActorSystem.Create("outside", ConfigurationFactory.ParseString(Common).WithFallback(SfuClientConfiguration.Outside));
            _systems.Add(system);
            return system;
        }

        public Task LeaveAsync() => CoordinatedShutdown.Get(_systems[0]).Run(CoordinatedShutdown.ClrExitReason.Instance);

        public async ValueTask DisposeAsync()
        {
            foreach (var system in _systems)
            {
                await system.Terminate();
            }
        }
    }
}
