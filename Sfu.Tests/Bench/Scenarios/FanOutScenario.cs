using Sfu.Bench.Load;
using Sfu.Bench.Measure;
using Sfu.Bench.Node;
using Sfu.Bench.Report;
using Sfu.Bench.Rivals;
using Sfu.Bench.Signaling;
using Sfu.Media.Srtp;

namespace Sfu.Bench.Scenarios;

/// <summary>One publisher, more and more subscribers, either SRTP suite.</summary>
internal sealed class FanOutScenario : IScenario
{
    private const uint Ssrc = 0x1000;

    public string Name => "fan-out";

    public string Description => "1 → 1, 10, 100, 500 with AEAD_AES_128_GCM and AES_CM_128_HMAC_SHA1_80";

    public async Task RunAsync(BenchContext context)
    {
        int[] sizes = context.Options.Quick ? [1, 10, 100] : [1, 10, 100, 500];
        foreach (var profile in (SrtpProfile[])[Suites.Gcm, Suites.Cm80])
        {
            foreach (var subscribers in sizes)
            {
                for (var run = 0; run < context.Options.Runs; run++)
                {
                    if (context.WithNode)
                    {
                        await MeasureNodeAsync(context, profile, subscribers);
                    }

                    if (await context.LimitAsync() is { } limit)
                    {
                        await MeasureLimitAsync(context, limit, profile, subscribers);
                    }

                    if (await context.JanusAsync() is { } janus)
                    {
                        await MeasureJanusAsync(context, janus, profile, subscribers);
                    }
                }
            }
        }
    }

    private async Task MeasureNodeAsync(BenchContext context, SrtpProfile profile, int subscribers)
    {
        var node = await context.StartNodeAsync();
        try
        {
            using var load = new LoadPeer(profile);
            var measurement = new Measurement();
            var before = (await node.FiguresAsync(collect: true)).ResidentBytes;
            await using var room = await Room.OpenAsync(node, load, "room");
            var rate = Pacing.PublisherRate(context.Options.PacketRate, subscribers);
            await room.AddPublisherAsync(capabilities => Pacing.Video(Ssrc, rate, capabilities.Extensions));
            await room.AddSubscribersAsync(subscribers);
            await load.StartReportsAsync();
            var meter = new FlowMeter(load, node.Id, node);
            await meter.WarmUpAsync(context.WarmUp);
            await meter.MeasureAsync(context.Options.Seconds, measurement);
            AddMemory(measurement, before, ProcessMemory.ResidentBytes(node.Id), subscribers);
            context.Report.Add(new Case(Name, Case.Node, $"1→{subscribers}", Suites.Name(profile), subscribers), measurement);
        }
        finally
        {
            await node.StopAsync();
        }
    }

    private async Task MeasureLimitAsync(BenchContext context, string program, SrtpProfile profile, int subscribers)
    {
        using var load = new LoadPeer(profile);
        var measurement = new Measurement();
        await using var room = await LimitRoom.OpenAsync(
            program, load, profile, subscribers, Pacing.PublisherRate(context.Options.PacketRate, subscribers));
        var meter = new FlowMeter(load, room.ProcessId, node: null);
        await meter.WarmUpAsync(context.WarmUp);
        await meter.MeasureAsync(context.Options.Seconds, measurement);
        context.Report.Add(new Case(Name, Case.Limit, $"1→{subscribers}", Suites.Name(profile), subscribers), measurement);
    }

    private async Task MeasureJanusAsync(BenchContext context, JanusProgram program, SrtpProfile profile, int subscribers)
    {
        using var load = new LoadPeer(profile);
        var measurement = new Measurement();
        await using var room = await JanusRoom.OpenAsync(program, load, subscribers, Pacing.PublisherRate(context.Options.PacketRate, subscribers));
        await load.StartReportsAsync();
        var meter = new FlowMeter(load, room.ProcessId, node: null);
        await meter.WarmUpAsync(context.WarmUp);
        await meter.MeasureAsync(context.Options.Seconds, measurement);
        context.Report.Add(new Case(Name, Case.Janus, $"1→{subscribers}", Suites.Name(profile), subscribers), measurement);
    }

    private static void AddMemory(Measurement measurement, long before, long after, int subscribers)
    {
        measurement.Add(Metric.ResidentIdle, before / 1048576.0);
        measurement.Add(Metric.Resident, after / 1048576.0);
        measurement.Add(Metric.ResidentPerSubscriber, (after - before) / 1024.0 / subscribers);
    }
}
