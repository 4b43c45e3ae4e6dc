using System.Globalization;
using System.Runtime;
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
/// time, and the same simulated link, camera and client for both. Calls are small, so that all of them run at once.
/// </summary>
internal sealed class NarrowScenario : IScenario
{
    public const string ScenarioName = "narrow";

    /// <summary>More at a time would have to wait for each other.</summary>
    private const int SeedsAtOnce = 3;

    /// <summary>Calls with these are drawn, of the first seed.</summary>
    private static readonly double[] s_drawnLosses = [0, 0.05];

    private static readonly TimeSpan s_duration = TimeSpan.FromSeconds(60);

    /// <summary>Calls before those that count: what is compiled as it is first used would look like a queue.</summary>
    private static readonly TimeSpan s_warmUp = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan s_estimateEvery = TimeSpan.FromMilliseconds(250);

    public string Name => ScenarioName;

    public string Description => "the corridor in real time, through the node and mediasoup at once; all cases together, three runs a minute; table and plot";

    public async Task RunAsync(BenchContext context)
    {
        await using var begun = new Begun();
        using var load = new LoadPeer(Suites.Gcm);
        var sfus = await StartAsync(context, begun);
        if (sfus.Count == 0)
        {
            return;
        }

        var cases = context.Options.Quick ? NarrowCase.Quick : NarrowCase.All;
        await FlowAsync(load, await OpenAsync(sfus, load, begun, [.. cases.Select(static @case => @case with { Losses = s_drawnLosses })], seeds: [0], s_warmUp));
        var calls = new List<Entry>();
        foreach (var seeds in Enumerable.Range(1, context.Options.Runs).Chunk(SeedsAtOnce))
        {
            var round = await OpenAsync(sfus, load, begun, cases, seeds, s_duration);
            await FlowAsync(load, round);
            calls.AddRange(round);
        }

        Report(context, calls);
    }

    private static async Task<IReadOnlyList<INarrowSfu>> StartAsync(BenchContext context, Begun begun)
    {
        var sfus = new List<INarrowSfu>();
        if (context.WithNode)
        {
            sfus.Add(begun.Add(new NarrowNode(await context.StartNodeAsync())));
        }

        if (context.Mediasoup() is { } mediasoup)
        {
            sfus.Add(begun.Add(await NarrowMediasoup.StartAsync(mediasoup)));
        }

        return sfus;
    }

    private static async Task<IReadOnlyList<Entry>> OpenAsync(
        IReadOnlyList<INarrowSfu> sfus, LoadPeer load, Begun begun, IReadOnlyList<NarrowCase> cases, IReadOnlyList<int> seeds, TimeSpan duration)
    {
        var calls = new List<Entry>();
        foreach (var @case in cases)
        {
            foreach (var loss in @case.Losses)
            {
                foreach (var seed in seeds)
                {
                    foreach (var sfu in sfus)
                    {
                        var call = new NarrowCall(@case.Path(loss), @case.Camera, seed, duration);
                        await call.OpenAsync(sfu, load, string.Create(CultureInfo.InvariantCulture, $"narrow-{seed}-{calls.Count}"));
                        begun.Add(call.Room);
                        calls.Add(new Entry(sfu, @case.Label(loss), call, IsDrawn: seed == 1 && @case.IsDrawn && s_drawnLosses.Contains(loss)));
                    }
                }
            }
        }

        return calls;
    }

    /// <summary>All calls for their time.</summary>
    private static async Task FlowAsync(LoadPeer load, IReadOnlyList<Entry> calls)
    {
        // A collection that stops the load thread would be jitter, too.
        GCSettings.LatencyMode = GCLatencyMode.SustainedLowLatency;
        await load.SetTimedAsync([.. calls.Select(static entry => entry.Call)]);
        await load.RunAsync(() =>
        {
            // Cameras are not in step.
            var start = MediaClock.Now.PlusMs(200);
            for (var i = 0; i < calls.Count; i++)
            {
                calls[i].Call.Start(start.PlusUs(1000L * ICamera.FrameMs * i / calls.Count));
            }
        });
        var finished = Task.WhenAll(calls.Select(static entry => entry.Call.Finished));
        await Task.WhenAll(calls.GroupBy(static entry => entry.Sfu).Select(sfu => FollowEstimatesAsync(load, sfu.Key, [.. sfu.Select(static entry => entry.Call)], finished)));
        await load.SetTimedAsync();
        GCSettings.LatencyMode = GCLatencyMode.Interactive;
    }

    private static async Task FollowEstimatesAsync(LoadPeer load, INarrowSfu sfu, IReadOnlyList<NarrowCall> calls, Task finished)
    {
        INarrowRoom[] rooms = [.. calls.Select(static call => call.Room)];
        while (!finished.IsCompleted)
        {
            load.ThrowIfFailed();
            var estimates = await sfu.EstimatesAsync(rooms);
            for (var i = 0; i < calls.Count; i++)
            {
                calls[i].Estimate = estimates[i];
            }

            await Task.WhenAny(finished, Task.Delay(s_estimateEvery));
        }
    }

    private void Report(BenchContext context, IReadOnlyList<Entry> calls)
    {
        foreach (var entry in calls)
        {
            context.Report.Add(new Case(Name, entry.Sfu.Subject, entry.Label), NarrowFigures.Of(entry.Call), quietly: true);
        }

        Console.WriteLine();
        var table = NarrowTable.Write(context.Report);
        Console.WriteLine(table);
        var panels = calls.Where(static entry => entry.IsDrawn).Select(static entry => (string.Create(CultureInfo.InvariantCulture, $"{entry.Label}, {entry.Sfu.Subject}: longest freeze {entry.Call.Client.LongestFreezeMs:0} ms"), (IReadOnlyList<CorridorSample>)entry.Call.Samples));
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(context.Options.Output ?? ResultFile.DefaultPath(context.Report.Machine)))!, "narrow.svg");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, CorridorPlot.Draw([.. panels], columns: calls.DistinctBy(static entry => entry.Sfu).Count()));
        var plot = Path.GetRelativePath(Repository.Root, path);
        Console.WriteLine($"Narrow paths' plot: {plot}");
        if (context.Options.UpdateReadme)
        {
            Readme.Update(Name, $"{table}\n![Estimate and rate received against capacity]({plot})");
        }
    }

    private sealed record Entry(INarrowSfu Sfu, string Label, NarrowCall Call, bool IsDrawn);

    /// <summary>Ends what was begun, the last first.</summary>
    private sealed class Begun : IAsyncDisposable
    {
        private readonly Stack<IAsyncDisposable> _begun = new();

        public T Add<T>(T begun)
            where T : IAsyncDisposable
        {
            _begun.Push(begun);
            return begun;
        }

        public async ValueTask DisposeAsync()
        {
            while (_begun.TryPop(out var begun))
            {
                await begun.DisposeAsync();
            }
        }
    }
}
