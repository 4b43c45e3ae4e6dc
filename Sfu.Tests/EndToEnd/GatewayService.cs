using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sfu.Actors.Hosting;
using Sfu.Actors.Protocol;
using Sfu.Tests.Support;

namespace Sfu.Tests.EndToEnd;

/// <summary>A service of one's own in the cluster of a node: carries no media, and drives Routers by messages. The node joins it.</summary>
internal sealed class GatewayService : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly IHost _host;
    private readonly FakeMediaPlane _media; // Never used: it has no node.
    private readonly IActorRef _region;

    private GatewayService(IHost host, FakeMediaPlane media)
    {
        _host = host;
        _media = media;
        System = host.Services.GetRequiredService<ActorSystem>();
        _region = ActorRegistry.For(System).Get<RouterRegion>();
    }

    public ActorSystem System { get; }

    /// <summary>For <c>--seed-node</c>.</summary>
    public string Address => $"127.0.0.1:{Akka.Cluster.Cluster.Get(System).SelfAddress.Port}";

    public static async Task<GatewayService> StartAsync()
    {
        var configuration = SfuConfiguration.Load(ConfigurationFactory.ParseString("sfu.cluster.roles = [gateway]"));
        var media = new FakeMediaPlane();
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddAkka("sfu", akka => akka.WithSfuNode(configuration, media, new SeededRandom(1)));
        var host = builder.Build();
        await host.StartAsync();
        return new GatewayService(host, media);
    }

    public Task<TReply> AskAsync<TReply>(IRouterMessage message) => _region.Ask<TReply>(message, s_patience);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _media.DisposeAsync();
    }
}
