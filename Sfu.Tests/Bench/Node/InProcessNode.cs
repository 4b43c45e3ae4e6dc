using Akka.Actor;
using Akka.Configuration;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sfu.Actors.Hosting;
using Sfu.Actors.Protocol;
using Sfu.Bench.Measure;
using Sfu.Host.Composition;
using Sfu.Tests.EndToEnd;

namespace Sfu.Bench.Node;

/// <summary>A node in this process, but for its media plane where that has one of its own: real actors over the real media plane, without signalling. For what is asked of it by messages.</summary>
internal sealed class InProcessNode : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly IHost _host;
    private readonly NodeMedia _media;

    private InProcessNode(IHost host, NodeMedia media)
    {
        _host = host;
        _media = media;
        var registry = ActorRegistry.For(host.Services.GetRequiredService<ActorSystem>());
        Region = registry.Get<RouterRegion>();
        Node = registry.Get<SfuNode>();
    }

    public IActorRef Region { get; }

    public IActorRef Node { get; }

    /// <param name="settings">For its configuration, <c>key=value</c>.</param>
    public static async Task<InProcessNode> StartAsync(IEnumerable<string> settings)
    {
        var test = ConfigurationFactory.ParseString(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "hocon", "test.conf")));
        var quiet = ConfigurationFactory.ParseString("akka { loglevel = OFF, stdout-loglevel = OFF }");
        var asked = ConfigurationFactory.ParseString(string.Join('\n', settings));
        var configuration = SfuConfiguration.Load(asked.WithFallback(quiet).WithFallback(test));
        var media = NodeMedia.Start(configuration.Options, compileAhead: true);
        var builder = Microsoft.Extensions.Hosting.Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddAkka("sfu", akka => akka.WithSfuNode(configuration, media.Plane));
        var host = builder.Build();
        await host.StartAsync();
        var node = new InProcessNode(host, media);
        await node.Node.Ask<NodeProtocol.NodeReady>(new NodeProtocol.WhenReady(0), s_patience);
        await HasCompiledAsync();
        return node;
    }

    /// <summary>A media process is a new one each time: without this its compiler would be measured.</summary>
    private static Task HasCompiledAsync() => Eventually.True(
        static () => Task.FromResult(!ProcessFamily.Children(Environment.ProcessId).SelectMany(ProcessFamily.ThreadNames).Contains("compile-ahead")),
        "the media process has compiled its code",
        s_patience);

    public async Task<TReply> AskAsync<TReply>(IRouterMessage message)
        where TReply : IReply => await Region.Ask<IReply>(message, s_patience) switch
        {
            TReply reply => reply,
            var other => throw new InvalidOperationException($"{message.GetType().Name}: {other}"),
        };

    public Task<NodeProtocol.NodeDump> DumpAsync() => Node.Ask<NodeProtocol.NodeDump>(new NodeProtocol.DumpNode(0), s_patience);

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        _media.Dispose();
    }
}
