using System.Diagnostics;
using System.Globalization;
using Sfu.Actors.Protocol;
using Sfu.Bench.Measure;
using Sfu.Bench.Node;
using Sfu.Bench.Report;

namespace Sfu.Bench.Scenarios;

/// <summary>
/// Many rooms on one node, each begun by its first request and closed by another: what a Router costs whose node has thousands already. By messages,
/// to the actors of a node in this process, without media.
/// </summary>
internal sealed class RoutersScenario : IScenario
{
    private const int AsksAtOnce = 500;
    private const int WarmUpRouters = 1000;

    private static readonly Metric s_begun = new("Routers begun", "/s", 0);
    private static readonly Metric s_closed = new("Routers closed", "/s", 0);

    public string Name => "routers";

    public string Description => "1,000 to 8,000 Routers on one node: begun and closed";

    public async Task RunAsync(BenchContext context)
    {
        int[] sizes = context.Options.Quick ? [500, 1000] : [1000, 2000, 4000, 8000];
        foreach (var size in sizes)
        {
            for (var run = 0; run < context.Options.Runs && context.WithNode; run++)
            {
                context.Report.Add(new Case(Name, Case.Node, string.Create(CultureInfo.InvariantCulture, $"{size} Routers")), await MeasureAsync(context, size));
            }
        }
    }

    private static async Task<Measurement> MeasureAsync(BenchContext context, int size)
    {
        await using var node = await InProcessNode.StartAsync(["sfu.router.empty-linger=10m", .. context.Options.NodeSettings]);
        await MeasureAsync(node, "warm-up", WarmUpRouters, new Measurement());
        var measurement = new Measurement();
        await MeasureAsync(node, "room", size, measurement);
        return measurement;
    }

    private static async Task MeasureAsync(InProcessNode node, string prefix, int size, Measurement measurement)
    {
        var routers = Enumerable.Range(0, size).Select(i => new RouterId($"{prefix}{i}")).ToArray();
        var watch = Stopwatch.StartNew();
        foreach (var chunk in routers.Chunk(AsksAtOnce))
        {
            await Task.WhenAll(chunk.Select(router => node.AskAsync<RouterRtpCapabilities>(new RouterProtocol.GetRouterRtpCapabilities(0, router))));
        }

        measurement.Add(s_begun, size / watch.Elapsed.TotalSeconds);
        watch.Restart();
        foreach (var chunk in routers.Chunk(AsksAtOnce))
        {
            await Task.WhenAll(chunk.Select(router => node.AskAsync<Done>(new RouterProtocol.CloseRouter(0, router))));
        }

        measurement.Add(s_closed, size / watch.Elapsed.TotalSeconds);
    }
}
