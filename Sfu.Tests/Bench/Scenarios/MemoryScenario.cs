using Sfu.Bench.Load;
using Sfu.Bench.Measure;
using Sfu.Bench.Node;
using Sfu.Bench.Report;

namespace Sfu.Bench.Scenarios;

/// <summary>What a node costs that does nothing, and what each thing on it adds: differences of RSS after full collections.</summary>
internal sealed class MemoryScenario : IScenario
{
    /// <summary>What one session may have.</summary>
    private const int Batch = 1000;

    private const int Connected = 500;

    private static readonly Metric s_idle = new("RSS of an idle node", "MB", 1);
    private static readonly Metric s_idleOnce = new("of that, each file's pages once", "MB", 1);
    private static readonly Metric s_idleCpu = new("CPU of an idle node", "% of a core", 2);
    private static readonly Metric s_idleTurns = new("wake-ups of an idle node", "/s", 0);
    private static readonly Metric s_session = new("RSS per session (WebSocket)", "KB", 1);
    private static readonly Metric s_transport = new("RSS per transport, new", "KB", 1);
    private static readonly Metric s_transportHeap = new("of that, managed heap", "KB", 1);
    private static readonly Metric s_connected = new("RSS per transport with SRTP", "KB", 1);
    private static readonly Metric s_connectedHeap = new("of that, managed heap ", "KB", 1);
    private static readonly Metric s_producer = new("RSS per producer", "KB", 1);
    private static readonly Metric s_producerHeap = new("of that, managed heap  ", "KB", 1);
    private static readonly Metric s_consumer = new("RSS per consumer", "KB", 1);
    private static readonly Metric s_consumerHeap = new("of that, managed heap   ", "KB", 1);

    public string Name => "memory";

    public string Description => "RSS and CPU of an idle node; RSS per transport, producer, consumer";

    public async Task RunAsync(BenchContext context)
    {
        for (var run = 0; run < context.Options.Runs && context.WithNode; run++)
        {
            var node = await context.StartNodeAsync();
            try
            {
                context.Report.Add(new Case(Name, Case.Node, "idle"), await MeasureAsync(context, node));
            }
            finally
            {
                await node.StopAsync();
            }
        }
    }

    private static async Task<Measurement> MeasureAsync(BenchContext context, NodeProcess node)
    {
        var measurement = new Measurement();
        await Task.Delay(TimeSpan.FromSeconds(context.Options.Quick ? 2 : 40));
        var cpu = CpuSample.OfFamily(node.Id);
        await Task.Delay(TimeSpan.FromSeconds(context.Options.Seconds));
        var use = CpuSample.OfFamily(node.Id).Since(cpu);
        measurement.Add(s_idleCpu, 100 * use.TotalNs / 1e9 / context.Options.Seconds);
        measurement.Add(s_idleTurns, use.Turns / context.Options.Seconds);

        using var load = new LoadPeer(Suites.Gcm);
        await using var room = new Room(node, load, "memory");
        var sizes = context.Options.Quick ? Batch / 10 : Batch;

        // The first of each kind brings code and tables along.
        var warm = await room.EnterAsync(consuming: false);
        await ProduceAsync(warm, 1_000_000, 20);
        await room.EnterAsync(consuming: true).ContinueWith(static entered => entered.Result.CreateTransportAsync(consuming: true), TaskScheduler.Default).Unwrap();
        await CreateAsync(warm, 20);

        var before = await SettleAsync(node);
        measurement.Add(s_idle, before.ResidentBytes / 1048576.0);
        measurement.Add(s_idleOnce, ProcessMemory.ResidentBytesOnce(node.Id) / 1048576.0);

        var sessions = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => room.EnterAsync(consuming: false)));
        var after = await SettleAsync(node);
        Add(measurement, s_session, null, before, after, sessions.Length);

        before = after;
        await CreateAsync(sessions[0], sizes);
        await CreateAsync(sessions[1], sizes);
        after = await SettleAsync(node);
        Add(measurement, s_transport, s_transportHeap, before, after, 2 * sizes);

        before = after;
        for (var done = 0; done < Connected; done += 10)
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => sessions[2].CreateTransportAsync()));
        }

        after = await SettleAsync(node);
        Add(measurement, s_connected, s_connectedHeap, before, after, Connected);

        before = after;
        await ProduceAsync(sessions[3], 2_000_000, sizes);
        await ProduceAsync(sessions[4], 3_000_000, sizes);
        after = await SettleAsync(node);
        Add(measurement, s_producer, s_producerHeap, before, after, 2 * sizes);

        before = after;
        var subscriber = await room.EnterAsync(consuming: true);
        await subscriber.CreateTransportAsync(consuming: true);
        await Room.WhenConsumingAsync([subscriber], 2 * sizes);
        after = await SettleAsync(node);
        Add(measurement, s_consumer, s_consumerHeap, before, after, 2 * sizes);
        return measurement;
    }

    private static Task CreateAsync(Signaling.Participant session, int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(_ => session.CreateIdleTransportAsync()));

    private static async Task ProduceAsync(Signaling.Participant session, uint firstSsrc, int count)
    {
        var (transport, id) = await session.CreateTransportAsync(producing: true);
        var capabilities = session.Capabilities;
        await Task.WhenAll(Enumerable.Range(0, count).Select(async i =>
        {
            var video = Pacing.Video(firstSsrc + (uint)(2 * i), 1, capabilities.Extensions) with { Mid = $"m{i}" };
            await session.AnnounceAsync(transport, id, video);
        }));
    }

    /// <summary>Figures of what is alive, when nothing changes any more.</summary>
    private static async Task<RuntimeFigures> SettleAsync(NodeProcess node)
    {
        await Task.Delay(500);
        await node.FiguresAsync(collect: true);
        await Task.Delay(200);
        return await node.FiguresAsync(collect: true);
    }

    private static void Add(Measurement measurement, Metric resident, Metric? heap, RuntimeFigures before, RuntimeFigures after, int count)
    {
        measurement.Add(resident, (after.ResidentBytes - before.ResidentBytes) / 1024.0 / count);
        if (heap is not null)
        {
            measurement.Add(heap, (after.HeapBytes - before.HeapBytes) / 1024.0 / count);
        }
    }
}
