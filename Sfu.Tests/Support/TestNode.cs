using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Akka.TestKit;
using Akka.TestKit.Xunit2;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sfu.Actors.Cluster;
using Sfu.Actors.Hosting;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Net;

namespace Sfu.Tests.Support;

/// <summary>
/// A node of one: real actors, cluster, sharding and serialization, mostly over a <see cref="FakeMediaPlane"/> without packets.
/// </summary>
public sealed class TestNode : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly IMediaPlane _media;
    private readonly IActorRef? _node;
    private int _clients;

    private TestNode(IHost host, IMediaPlane media)
    {
        _host = host;
        _media = media;
        System = host.Services.GetRequiredService<ActorSystem>();
        Kit = new TestKit(System);
        var registry = ActorRegistry.For(System);
        Region = registry.Get<RouterRegion>();
        _node = registry.TryGet<SfuNode>(out var node) ? node : null;
        Address = Akka.Cluster.Cluster.Get(System).SelfAddress;
    }

    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(20);

    public FakeMediaPlane Media => (FakeMediaPlane)_media;

    public ActorSystem System { get; }

    public TestKit Kit { get; }

    public IActorRef Region { get; }

    /// <summary>By which the other members know it.</summary>
    public Address Address { get; }

    /// <summary>It has the role sfu.</summary>
    public bool CarriesMedia => _node is not null;

    public IActorRef Node => _node ?? throw new InvalidOperationException("The node has not the role sfu.");

    public static Task<TestNode> StartAsync(string hocon = "", FakeMediaPlane? media = null) => StartAsync(hocon, (IMediaPlane?)media ?? new FakeMediaPlane());

    /// <summary>Over the real media plane, where the given configuration listens.</summary>
    public static Task<TestNode> StartWithSocketsAsync(string hocon) => StartAsync(hocon, MediaPlane.Start(new MediaPlaneOptions()));

    private static Task<TestNode> StartAsync(string hocon, IMediaPlane media) => StartAsync(hocon, media, 1, placement: null);

    /// <param name="hocon">On top of <c>test.conf</c>.</param>
    /// <param name="media">Disposed of with the node.</param>
    /// <param name="seed">Of SSRCs.</param>
    /// <param name="placement">In place of the configured one, which is given.</param>
    internal static async Task<TestNode> StartAsync(string hocon, IMediaPlane media, int seed, Func<ActorSystem, IPlacement, IPlacement>? placement)
    {
        var test = ConfigurationFactory.ParseString(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "hocon", "test.conf")));
        var configuration = SfuConfiguration.Load(ConfigurationFactory.ParseString(hocon).WithFallback(test));
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddAkka("sfu", akka => akka.WithSfuNode(configuration, media, new SeededRandom(seed), placement));
        var host = builder.Build();
        await host.StartAsync();
        return new TestNode(host, media);
    }

    /// <summary>A client: asks, and is owner and session of what it makes.</summary>
    public TestClient Client(string router, string? peer = null) =>
        new(this, new RouterId(router), new PeerId(peer ?? $"peer-{++_clients}"), Kit.CreateTestProbe(), Kit.CreateTestProbe());

    public Task<TReply> AskNodeAsync<TReply>(IRequest request) => Node.Ask<TReply>(request, Patience);

    public Task<NodeProtocol.NodeDump> DumpAsync() => AskNodeAsync<NodeProtocol.NodeDump>(new NodeProtocol.DumpNode(0));

    /// <summary>Nothing is left of any transport, on any side, and the Router knows of nothing but its peers.</summary>
    public async Task MustBeEmptyAsync(string router)
    {
        NodeProtocol.NodeDump? node = null;
        IReply? reply = null;
        await UntilAsync(
            async () =>
            {
                node = await DumpAsync();

                // A Router on its way out answers that it is closed.
                reply = await Region.Ask<IReply>(new RouterProtocol.DumpRouter(0, new RouterId(router)), Patience);
                return node.Servers.All(server => server.Transports.IsEmpty)
                    && node.Branches.All(branch => branch.Transports.IsEmpty)
                    && node.Media.HasNoTransports
                    && reply is RouterDump { Transports.IsEmpty: true, Producers.IsEmpty: true, Consumers.IsEmpty: true };
            },
            () => $"left over: {node} {reply}");
    }

    public static async Task UntilAsync(Func<Task<bool>> condition, Func<string> what)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < deadline, what());
            await Task.Delay(20);
        }
    }

    public Task StopAsync() => _host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        await DropAsync();
    }

    /// <summary>Ends without leaving the cluster or a word to anybody: whoever makes it so cuts its connections before.</summary>
    internal async Task KillAsync()
    {
        // Asked directly, so that no phase of a coordinated shutdown runs.
        await System.Terminate();
        await DropAsync();
    }

    private async Task DropAsync()
    {
        _host.Dispose();
        switch (_media)
        {
            case IAsyncDisposable fake:
                await fake.DisposeAsync();
                break;
            case IDisposable real:
                real.Dispose();
                break;
        }
    }
}
