using System.Globalization;
using Sfu.Bench.Load;
using Sfu.Bench.Narrow;
using Sfu.Bench.Report;
using Sfu.Media.Net;
using Sfu.Tests.EndToEnd;
using Sfu.Tests.Support.Loopback;
using Sfu.Tests.Support.Network;

namespace Sfu.Bench.Scenarios;

/// <summary>
/// How a client fares whose path gets narrow, through the node and through mediasoup at the same time: real processes, real sockets, real
/// time, and the same simulated link, camera and client for both. Calls are small, so that all losses and seeds of a codec run at once.
/// </summary>
internal sealed class NarrowScenario : IScenario
{
    private static readonly double[] s_losses = [0, 0.02, 0.05, 0.10];
    private static readonly double[] s_fewLosses = [0, 0.05];
    private static readonly CameraKind[] s_cameras = [CameraKind.Vp8Simulcast, CameraKind.Vp9Svc];
    private static readonly TimeSpan s_estimateEvery = TimeSpan.FromMilliseconds(250);

    public string Name => "narrow";

    public string Description => "the corridor in real time, through the node and mediasoup at once; a run is a seed, all at the same time; table and plot";

    public async Task RunAsync(BenchContext context)
    {
        var panels = new List<(string Title, IReadOnlyList<CorridorSample> Samples)>();
        foreach (var camera in context.Options.Quick ? s_cameras[..1] : s_cameras)
        {
            await RunAsync(context, camera, panels);
        }

        if (panels.Count > 0)
        {
            Console.WriteLine();
            Console.WriteLine(NarrowTable.Write(context.Report.Results.Where(result => result.Case.Scenario == Name)));
            var path = Path.ChangeExtension(Path.GetFullPath(context.Options.Output ?? ResultFile.DefaultPath(context.Report.Machine)), ".narrow.svg");
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, CorridorPlot.Draw(panels));
            Console.WriteLine($"Narrow paths' plot: {Path.GetRelativePath(Repository.Root, path)}");
        }
    }

    private async Task RunAsync(BenchContext context, CameraKind camera, List<(string Title, IReadOnlyList<CorridorSample> Samples)> panels)
    {
        await using var load = new Disposer();
        var calls = new List<(INarrowSfu Sfu, double Loss, NarrowCall Call)>();
        using var clients = new LoadPeer(Suites.Gcm);
        foreach (var sfu in await StartAsync(context))
        {
            load.Add(sfu);
            foreach (var loss in context.Options.Quick ? s_fewLosses : s_losses)
            {
                for (var seed = 1; seed <= context.Options.Runs; seed++)
                {
                    var call = new NarrowCall(Corridors.Narrowing(loss), camera, seed);
                    await call.OpenAsync(sfu, clients, $"narrow{calls.Count}");
                    load.Add(call.Room);
                    calls.Add((sfu, loss, call));
                }
            }
        }

        await FlowAsync(clients, calls);
        foreach (var (sfu, loss, call) in calls)
        {
            context.Report.Add(new Case(Name, sfu.Subject, string.Create(CultureInfo.InvariantCulture, $"{camera}, {loss * 100:0} % loss")), NarrowFigures.Of(call));
        }

        foreach (var (sfu, loss, call) in calls.DistinctBy(static entry => (entry.Sfu, entry.Loss)).Where(static entry => s_fewLosses.Contains(entry.Loss)).OrderBy(static entry => entry.Loss))
        {
            panels.Add((string.Create(CultureInfo.InvariantCulture, $"{sfu.Subject}, {camera}, {loss * 100:0} % loss: longest freeze {call.Client.LongestFreezeMs:0} ms"), call.Samples));
        }
    }

    private static async Task<IReadOnlyList<INarrowSfu>> StartAsync(BenchContext context)
    {
        var sfus = new List<INarrowSfu>();
        if (context.WithNode)
        {
            sfus.Add(new NarrowNode(await context.StartNodeAsync()));
        }

        if (context.Mediasoup() is { } mediasoup)
        {
            sfus.Add(await NarrowMediasoup.StartAsync(mediasoup));
        }

        return sfus;
    }

    /// <summary>All calls for their time.</summary>
    private static async Task FlowAsync(LoadPeer clients, IReadOnlyList<(INarrowSfu Sfu, double Loss, NarrowCall Call)> calls)
    {
        await clients.SetTimedAsync([.. calls.Select(static entry => entry.Call)]);
        await clients.RunAsync(() =>
        {
            // Cameras are not in step.
            var start = MediaClock.Now.PlusMs(200);
            for (var i = 0; i < calls.Count; i++)
            {
                calls[i].Call.Start(start.PlusUs(1000L * ICamera.FrameMs * i / calls.Count));
            }
        });
        var finished = Task.WhenAll(calls.Select(static entry => entry.Call.Finished));
        await Task.WhenAll(calls.GroupBy(static entry => entry.Sfu).Select(sfu => FollowEstimatesAsync(sfu.Key, [.. sfu.Select(static entry => entry.Call)], finished)));
        await finished.WaitAsync(NarrowCall.Duration);
        await clients.SetTimedAsync();
        clients.ThrowIfFailed();
    }

    private static async Task FollowEstimatesAsync(INarrowSfu sfu, IReadOnlyList<NarrowCall> calls, Task finished)
    {
        INarrowRoom[] rooms = [.. calls.Select(static call => call.Room)];
        var over = Task.Delay(NarrowCall.Duration + TimeSpan.FromSeconds(10));
        while (!finished.IsCompleted && !over.IsCompleted)
        {
            var estimates = await sfu.EstimatesAsync(rooms);
            for (var i = 0; i < calls.Count; i++)
            {
                calls[i].Estimate = estimates[i];
            }

            await Task.WhenAny(finished, Task.Delay(s_estimateEvery));
        }
    }

    /// <summary>Ends what was begun, the last first.</summary>
    private sealed class Disposer : IAsyncDisposable
    {
        private readonly Stack<IAsyncDisposable> _begun = new();

        public void Add(IAsyncDisposable begun) => _begun.Push(begun);

        public async ValueTask DisposeAsync()
        {
            while (_begun.TryPop(out var begun))
            {
                await begun.DisposeAsync();
            }
        }
    }
}
