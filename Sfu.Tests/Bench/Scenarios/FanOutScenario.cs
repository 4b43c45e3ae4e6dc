using Sfu.Bench.Load;
using Sfu.Bench.Measure;
using Sfu.Bench.Report;
using Sfu.Bench.Rivals;
using Sfu.Media.Srtp;

namespace Sfu.Bench.Scenarios;

/// <summary>One publisher, more and more subscribers, either SRTP suite.</summary>
internal sealed class FanOutScenario : NodeScenario
{
    private const uint Ssrc = 0x1000;

    public override string Name => "fan-out";

    public override string Description => "1 → 1, 10, 100, 500 with AEAD_AES_128_GCM and AES_CM_128_HMAC_SHA1_80";

    public override async Task RunAsync(BenchContext context)
    {
        IReadOnlyList<int> sizes = context.Options switch
        {
            { Subscribers: { Count: > 0 } chosen } => chosen,
            { Quick: true } => [1, 10, 100],
            _ => [1, 10, 100, 500],
        };
        foreach (var profile in (SrtpProfile[])[Suites.Gcm, Suites.Cm80])
        {
            foreach (var subscribers in sizes)
            {
                for (var run = 0; run < context.Options.Runs; run++)
                {
                    await MeasureNodeAsync(context, profile, subscribers);
                    if (await context.LimitAsync() is { } limit)
                    {
                        await MeasureLimitAsync(context, limit, profile, subscribers);
                    }

                    if (context.Mediasoup() is { } mediasoup)
                    {
                        await MeasureRivalAsync(
                            context, Case.Mediasoup, profile, subscribers, (load, rate) => MediasoupRoom.OpenAsync(mediasoup, load, subscribers, rate));
                    }

                    if (await context.JanusAsync() is { } janus)
                    {
                        await MeasureRivalAsync(
                            context, Case.Janus, profile, subscribers, (load, rate) => JanusRoom.OpenAsync(janus, load, subscribers, rate));
                    }
                }
            }
        }
    }

    private Task MeasureNodeAsync(BenchContext context, SrtpProfile profile, int subscribers) => MeasureAsync(
        context,
        new Case(Name, Case.Node, $"1→{subscribers}", Suites.Name(profile), subscribers),
        profile,
        subscribers,
        async (node, load) =>
        {
            var room = new Room(node, load, "room");
            var rate = Pacing.PublisherRate(context.Options.PacketRate, subscribers);
            await room.AddPublisherAsync(capabilities => Pacing.Video(Ssrc, rate, capabilities.Extensions));
            await room.AddSubscribersAsync(subscribers);
            return [room];
        });

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

    private async Task MeasureRivalAsync(
        BenchContext context, string subject, SrtpProfile profile, int subscribers, Func<LoadPeer, double, Task<IRivalRoom>> open)
    {
        var @case = new Case(Name, subject, $"1→{subscribers}", Suites.Name(profile), subscribers);
        try
        {
            using var load = new LoadPeer(profile);
            var measurement = new Measurement();
            await using var room = await open(load, Pacing.PublisherRate(context.Options.PacketRate, subscribers));
            await load.StartReportsAsync();
            var meter = new FlowMeter(load, room.ProcessId, node: null, room.SignalingProcessId);
            await meter.WarmUpAsync(context.WarmUp);
            await meter.FindRateAsync();
            await meter.MeasureAsync(context.Options.Seconds, measurement);
            context.Report.Add(@case, measurement);
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            // A rival that gives up under this load ends no comparison with the others.
            context.Report.Note($"{subject}, {@case.Label} {@case.Suite}: {e.Message}");
        }
    }
}
