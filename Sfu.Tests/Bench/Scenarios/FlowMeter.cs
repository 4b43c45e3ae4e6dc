using Sfu.Bench.Load;
using Sfu.Bench.Measure;
using Sfu.Bench.Node;

namespace Sfu.Bench.Scenarios;

/// <summary>
/// Measures a set-up in which media can flow. Windows begin and end at rest, so that each packet in them and all the CPU it cost lies
/// within: one window for CPU and loss, then one for delay, in which the kernel stamps arrivals.
/// </summary>
/// <param name="load">All that sends and receives.</param>
/// <param name="process">Whose CPU counts.</param>
/// <param name="node">For its runtime's figures; null: not a node.</param>
/// <param name="signaling">A process beside it that only tells it what to do, whose CPU is told apart; null: none.</param>
internal sealed class FlowMeter(LoadPeer load, int process, NodeProcess? node, int? signaling = null)
{
    private static readonly TimeSpan s_drain = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan s_compilerWindow = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_trial = TimeSpan.FromSeconds(1.5);
    private const double MaxCompilerShare = 0.01;
    private const int CompilerPatience = 15;
    private const int QuietCompilerWindows = 4;
    private const int QuietChecks = 10;

    private const double MaxLoss = 0.002;
    private const int MaxHalvings = 6;
    private const int MaxRises = 12;
    private const int MaxFalls = 8;
    private const double Rise = 1.5;
    private const double Fall = 0.87;

    private LoadCounters _atStart;
    private FlowCost _cost = FlowCost.None;

    /// <summary>
    /// Lets media flow until every subscriber gets it, and then until the runtime has compiled the code for it: a compiler that still
    /// works beside is none of forwarding's cost.
    /// </summary>
    /// <param name="atLeast">Of media flowing.</param>
    public async Task WarmUpAsync(TimeSpan atLeast)
    {
        await StartAsync();
        await WhenAllFlowAsync();
        await Task.Delay(atLeast);
        await WhenCompiledAsync(atLeast * CompilerPatience);
        await RestAsync();
    }

    private async Task WhenAllFlowAsync()
    {
        var deadline = DateTime.UtcNow + s_patience;
        while (true)
        {
            var counters = await load.CountAsync();
            if (counters.Flowing == counters.Sinks)
            {
                break;
            }

            load.ThrowIfFailed();
            if (DateTime.UtcNow > deadline)
            {
                throw new InvalidOperationException($"Only {counters.Flowing} of {counters.Sinks} subscribers get media ({counters}).");
            }

            await Task.Delay(50);
        }
    }

    private async Task WhenCompiledAsync(TimeSpan patience)
    {
        var deadline = DateTime.UtcNow + patience;
        var before = CpuSample.OfFamily(process);
        for (var quiet = 0; quiet < QuietCompilerWindows && DateTime.UtcNow < deadline;)
        {
            await Task.Delay(s_compilerWindow);
            var now = CpuSample.OfFamily(process);
            quiet = now.Since(before).CompilerNs < MaxCompilerShare * s_compilerWindow.TotalNanoseconds ? quiet + 1 : 0;
            before = now;
        }
    }

    public async Task MeasureAsync(double seconds, Measurement into)
    {
        await MeasureCostAsync(seconds, into);
        await MeasureDelayAsync(DelaySeconds(seconds), into);
    }

    /// <summary>How long delays are recorded where cost is measured for so long.</summary>
    public static double DelaySeconds(double seconds) => Math.Max(1, seconds / 2);

    /// <summary>
    /// Halves the rate until next to nothing is lost: what a program costs that cannot keep up says nothing. The rate that it was measured
    /// at shows in the packets out.
    /// </summary>
    public async Task FindRateAsync()
    {
        for (var halvings = 0; halvings < MaxHalvings && !await TryRateAsync(s_drain * QuietChecks); halvings++)
        {
            await load.ScaleRateAsync(0.5);
        }
    }

    /// <summary>Raises the rate until packets are lost or late, and lowers it in smaller steps until twice in a row none are.</summary>
    public async Task FindCapacityAsync()
    {
        if (!await TryRateAsync(s_drain))
        {
            await FindRateAsync();
        }

        for (var rises = 0; rises < MaxRises; rises++)
        {
            await load.ScaleRateAsync(Rise);
            if (!await TryRateAsync(s_drain))
            {
                break;
            }
        }

        for (var falls = 0; falls < MaxFalls; falls++)
        {
            await load.ScaleRateAsync(Fall);
            if (await TryRateAsync(s_drain) && await TryRateAsync(s_drain))
            {
                return;
            }
        }
    }

    public async Task MeasureDelayAsync(double seconds, Measurement into)
    {
        await load.RecordDelaysAsync(true);
        await StartAsync();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        await RestAsync();
        AddDelays(into, await load.RecordDelaysAsync(false));
    }

    public static void AddDelays(Measurement into, Histogram delays)
    {
        into.Add(Metric.DelayP50, delays.Quantile(0.5) / 1e3);
        into.Add(Metric.DelayP99, delays.Quantile(0.99) / 1e3);
        into.Add(Metric.DelayP999, delays.Quantile(0.999) / 1e3);
        into.Add(Metric.DelayMax, delays.MaxNs / 1e3);
        into.Add(Metric.Delays, delays.Count);
    }

    public async Task MeasureCostAsync(double seconds, Measurement into)
    {
        await AddWindowAsync(seconds);
        TellCost(into);
    }

    /// <summary>One more window in which cost is measured, from rest to rest; what it shows is added to what those before have shown.</summary>
    public async Task AddWindowAsync(double seconds)
    {
        var figures = node is null ? null : await node.FiguresAsync();
        var counted = await load.CountAsync();
        var own = CpuSample.Of(Environment.ProcessId);
        var beside = signaling is { } id ? CpuSample.Of(id) : null;
        var before = CpuSample.OfFamily(process);
        await StartAsync();
        await Task.Delay(TimeSpan.FromSeconds(seconds));
        await RestAsync();
        var use = CpuSample.OfFamily(process).Since(before);
        var ownUse = CpuSample.Of(Environment.ProcessId).Since(own);
        var packets = await load.CountAsync() - counted;
        load.ThrowIfFailed();
        _cost += new FlowCost(
            seconds, packets, use, ownUse.TotalNs, beside is null ? 0 : CpuSample.Of(signaling!.Value).Since(beside).TotalNs, figures is null ? default : FlowCost.Garbage.Between(figures, await node!.FiguresAsync()));
    }

    /// <summary>What the windows have shown together, and begins anew.</summary>
    public void TellCost(Measurement into)
    {
        _cost.Tell(into, isNode: node is not null, withSignaling: signaling is not null);
        _cost = FlowCost.None;
    }

    /// <summary>Whether next to nothing is lost at the present rate.</summary>
    /// <param name="patience">What arrives later than so long after the last packet was sent counts as lost.</param>
    private async Task<bool> TryRateAsync(TimeSpan patience)
    {
        var before = await load.CountAsync();
        await StartAsync();
        await Task.Delay(s_trial);
        await load.FlowAsync(false);
        await Task.Delay(patience);
        var packets = await load.CountAsync() - before;
        await RestAsync();
        load.ThrowIfFailed();
        return packets.Skipped == 0 && packets.Expected - packets.Received <= MaxLoss * packets.Expected;
    }

    /// <summary>Publishers start.</summary>
    public async Task StartAsync()
    {
        _atStart = await load.CountAsync();
        await load.FlowAsync(true);
    }

    /// <summary>
    /// Publishers stop, and everything that they have sent since the start arrives; or nothing more comes for a while, which on a busy machine
    /// must be long, or what comes later would count for the next window.
    /// </summary>
    public async Task RestAsync()
    {
        await load.FlowAsync(false);
        var deadline = DateTime.UtcNow + s_patience;
        var before = -1L;
        for (var quiet = 0; quiet < QuietChecks && DateTime.UtcNow < deadline;)
        {
            await Task.Delay(s_drain);
            var now = await load.CountAsync();
            var since = now - _atStart;
            if (since.Received == since.Expected)
            {
                return;
            }

            quiet = now.Received == before ? quiet + 1 : 0;
            before = now.Received;
        }
    }
}
