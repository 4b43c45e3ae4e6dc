using System.Diagnostics;
using Sfu.Bench.Load;
using Sfu.Bench.Measure;
using Sfu.Bench.Node;
using Sfu.Bench.Report;
using Sfu.Bench.Rivals;
using Sfu.Bench.Signaling;

namespace Sfu.Bench.Scenarios;

/// <summary>
/// A fan-out runs; then clients join other rooms at a rate, each with a WebSocket, a session, a transport, ICE and DTLS. Does forwarding
/// feel it? Afterwards: how many transports a second signalling alone makes, asked in parallel. Beside it: the C program forwards the same
/// fan-out while the node does nothing but take the same joins. What its packets wait for is the processors that clients and node share. The node
/// itself as it is by default, with its media threads going first, and with its media plane in the node's own process.
/// </summary>
internal sealed class JoinStormScenario : IScenario
{
    private const uint Ssrc = 0x1000;
    private const double JoinsPerSecond = 200;
    private const int PeoplePerRoom = 5;
    private const int MaxPending = 400;
    private const int Sessions = 8;

    private static readonly Metric s_quietP99 = new("delay p99 before the joins", "µs", 0);
    private static readonly Metric s_leavingP99 = new("delay p99 while they all leave at once", "µs", 0);
    private static readonly Metric s_joins = new("joins done", "/s", 1);
    private static readonly Metric s_failed = new("joins failed", "", 0);
    private static readonly Metric s_joinP50 = new("time of a join p50", "ms", 1);
    private static readonly Metric s_joinP99 = new("time of a join p99", "ms", 1);
    private static readonly Metric s_pause = new("collections' pauses", "ms", 1);
    private static readonly Metric s_created = new("transports made by signalling", "/s", 0);

    private static readonly (string Label, string[] Settings)[] s_nodes =
    [
        (string.Empty, []),
        (", niceness -10", ["sfu.media.nice=-10"]),
        (", one process", ["sfu.media.own-process=off"]),
    ];

    private readonly Histogram _times = new();

    public string Name => "join-storm";

    public string Description => "200 joins/s while a fan-out runs: delay, joins reached, transports made per second";

    public async Task RunAsync(BenchContext context)
    {
        var subscribers = context.Options.Quick ? 10 : 50;
        for (var run = 0; run < context.Options.Runs; run++)
        {
            foreach (var (label, settings) in s_nodes)
            {
                if (context.WithNode)
                {
                    await MeasureNodeAsync(context, subscribers, label, settings);
                }
            }

            if (await context.LimitAsync() is { } limit)
            {
                await MeasureLimitAsync(context, limit, subscribers);
            }
        }
    }

    private async Task MeasureNodeAsync(BenchContext context, int subscribers, string label, string[] settings)
    {
        var node = await context.StartNodeAsync(settings);
        try
        {
            var measurement = new Measurement();
            await StormNodeAsync(context, node, subscribers, measurement);
            await CreateAsync(context, node, measurement);
            context.Report.Add(new Case(Name, Case.Node, $"1→{subscribers}{label}", Suites.Name(Suites.Gcm)), measurement);
        }
        finally
        {
            await node.StopAsync();
        }
    }

    private async Task StormNodeAsync(BenchContext context, NodeProcess node, int subscribers, Measurement measurement)
    {
        using var load = new LoadPeer(Suites.Gcm);
        await using var room = new Room(node, load, "room");
        await room.AddPublisherAsync(capabilities => Pacing.Video(Ssrc, Rate(context, subscribers), capabilities.Extensions));
        await room.AddSubscribersAsync(subscribers);
        await load.StartReportsAsync();
        await StormAsync(context, node, load, new FlowMeter(load, node.Id, node), measurement);
    }

    private async Task MeasureLimitAsync(BenchContext context, string program, int subscribers)
    {
        var node = await context.StartNodeAsync();
        try
        {
            using var load = new LoadPeer(Suites.Gcm);
            var measurement = new Measurement();
            await using var room = await LimitRoom.OpenAsync(program, load, Suites.Gcm, subscribers, Rate(context, subscribers));
            await StormAsync(context, node, load, new FlowMeter(load, room.ProcessId, node: null), measurement);
            context.Report.Add(new Case(Name, Case.Limit, $"1→{subscribers}, by the C program", Suites.Name(Suites.Gcm)), measurement);
        }
        finally
        {
            await node.StopAsync();
        }
    }

    private static double Rate(BenchContext context, int subscribers) => Pacing.PublisherRate(context.Options.PacketRate / 2, subscribers);

    /// <summary>The node takes joins while media flows, through it or not.</summary>
    private async Task StormAsync(BenchContext context, NodeProcess node, LoadPeer load, FlowMeter meter, Measurement measurement)
    {
        using var yielding = Yielding.Begin();
        await load.KeepNicenessAsync();
        using var joiners = new LoadPeer(Suites.Gcm, Yielding.Nice);
        await meter.WarmUpAsync(context.WarmUp);

        // The code of a join is compiled before it is measured, too.
        await LeaveAsync((await JoinAsync(node, joiners, "warm-up", TimeSpan.FromSeconds(context.Options.Quick ? 1 : 3))).Rooms);
        var quiet = new Measurement();
        await meter.MeasureDelayAsync(context.Options.Seconds, quiet);
        measurement.Add(s_quietP99, quiet[Metric.DelayP99]!.Value);

        var before = await node.FiguresAsync();
        var counted = await load.CountAsync();
        await load.RecordDelaysAsync(true);
        await meter.StartAsync();
        var (rooms, done, failed, seconds) = await JoinAsync(node, joiners, "storm", TimeSpan.FromSeconds(context.Options.Seconds));
        FlowMeter.AddDelays(measurement, await load.RecordDelaysAsync(false));
        await load.RecordDelaysAsync(true);
        await LeaveAsync(rooms);
        await meter.RestAsync();
        measurement.Add(s_leavingP99, (await load.RecordDelaysAsync(false)).Quantile(0.99) / 1e3);
        var packets = await load.CountAsync() - counted;
        measurement.Add(Metric.Loss, 100.0 * (packets.Expected - packets.Received) / packets.Expected);
        measurement.Add(s_joins, done / seconds);
        measurement.Add(s_failed, failed);
        measurement.Add(s_joinP50, _times.Quantile(0.5) / 1e6);
        measurement.Add(s_joinP99, _times.Quantile(0.99) / 1e6);
        measurement.Add(s_pause, (await node.FiguresAsync()).PauseMs - before.PauseMs);
    }

    private static Task LeaveAsync(IEnumerable<Room> rooms) => Task.WhenAll(rooms.Select(static room => room.DisposeAsync().AsTask()));

    private async Task<(IReadOnlyList<Room> Rooms, int Done, int Failed, double Seconds)> JoinAsync(NodeProcess node, LoadPeer load, string prefix, TimeSpan duration)
    {
        _times.Clear();
        var rooms = new List<Room>();
        var pending = new List<Task>();
        var failed = 0;
        var watch = Stopwatch.StartNew();
        for (var joins = 0; watch.Elapsed < duration;)
        {
            pending.RemoveAll(static task => task.IsCompleted);
            if (watch.Elapsed.TotalSeconds * JoinsPerSecond < joins || pending.Count >= MaxPending)
            {
                await Task.Delay(1);
                continue;
            }

            if (joins++ % PeoplePerRoom == 0)
            {
                rooms.Add(new Room(node, load, $"{prefix}{rooms.Count}"));
            }

            pending.Add(OneAsync(rooms[^1]));
        }

        await Task.WhenAll(pending);
        return (rooms, (int)_times.Count, failed, watch.Elapsed.TotalSeconds);

        async Task OneAsync(Room room)
        {
            var start = Stopwatch.GetTimestamp();
            try
            {
                var participant = await room.EnterAsync(consuming: true);
                await participant.CreateTransportAsync(consuming: true);
                lock (_times)
                {
                    _times.Record((long)Stopwatch.GetElapsedTime(start).TotalNanoseconds);
                }
            }
            catch (Exception e) when (e is InvalidOperationException or TimeoutException or System.Net.WebSockets.WebSocketException)
            {
                Interlocked.Increment(ref failed);
            }
        }
    }

    private static async Task CreateAsync(BenchContext context, NodeProcess node, Measurement measurement)
    {
        using var load = new LoadPeer(Suites.Gcm);
        await using var room = new Room(node, load, "creation");
        var sessions = await Task.WhenAll(Enumerable.Range(0, Sessions).Select(_ => room.EnterAsync(consuming: false)));
        var each = context.Options.Quick ? 100 : 800;
        await CreateEachAsync(100);
        var watch = Stopwatch.StartNew();
        await CreateEachAsync(each);
        measurement.Add(s_created, Sessions * each / watch.Elapsed.TotalSeconds);

        Task CreateEachAsync(int count) =>
            Task.WhenAll(sessions.SelectMany(session => Enumerable.Range(0, count).Select(_ => session.CreateIdleTransportAsync())));
    }
}
