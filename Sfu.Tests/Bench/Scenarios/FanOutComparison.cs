using Sfu.Bench.Load;
using Sfu.Bench.Measure;
using Sfu.Bench.Report;
using Sfu.Bench.Rivals;
using Sfu.Media.Srtp;

namespace Sfu.Bench.Scenarios;

/// <summary>One publisher and its subscribers, by the node, by the C program and by rivals in turn, under the same load.</summary>
/// <param name="takesRuns">Whether clients take runs of datagrams whole: then their kernel cuts none apart in the sender's time, which over a network is its card's work.</param>
internal abstract class FanOutComparison(bool takesRuns) : NodeScenario
{
    private const uint Ssrc = 0x1000;

    /// <summary>Whether Janus has a turn, where it is installed.</summary>
    protected virtual bool WithJanus => true;

    /// <summary>Of the scenario whose clients take each datagram by itself.</summary>
    protected abstract string BaseName { get; }

    public sealed override string Name => takesRuns ? BaseName + Case.Offload : BaseName;

    protected bool TakesRuns => takesRuns;

    /// <summary>One run of each.</summary>
    /// <param name="context">Given.</param>
    /// <param name="profile">The clients' only SRTP profile.</param>
    /// <param name="subscribers">Of the one publisher.</param>
    /// <param name="measure">What is measured while media can flow, the same for all.</param>
    protected async Task CompareAsync(BenchContext context, SrtpProfile profile, int subscribers, Func<FlowMeter, Measurement, Task> measure)
    {
        await MeasureNodeAsync(context, profile, subscribers, measure);
        if (await context.LimitAsync() is { } limit)
        {
            await MeasureLimitAsync(context, limit, profile, subscribers, measure);
        }

        if (context.Mediasoup() is { } mediasoup)
        {
            await MeasureRivalAsync(
                context, Case.Mediasoup, profile, subscribers, (load, rate) => MediasoupRoom.OpenAsync(mediasoup, load, subscribers, rate), measure);
        }

        if (WithJanus && await context.JanusAsync() is { } janus)
        {
            await MeasureRivalAsync(context, Case.Janus, profile, subscribers, (load, rate) => JanusRoom.OpenAsync(janus, load, subscribers, rate), measure);
        }
    }

    private Task MeasureNodeAsync(BenchContext context, SrtpProfile profile, int subscribers, Func<FlowMeter, Measurement, Task> measure) => MeasureAsync(
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
        },
        measure,
        takesRuns);

    private async Task MeasureLimitAsync(
        BenchContext context, string program, SrtpProfile profile, int subscribers, Func<FlowMeter, Measurement, Task> measure)
    {
        using var load = new LoadPeer(profile, takesRuns: takesRuns);
        var measurement = new Measurement();
        await using var room = await LimitRoom.OpenAsync(
            program, load, profile, subscribers, Pacing.PublisherRate(context.Options.PacketRate, subscribers));
        var meter = new FlowMeter(load, room.ProcessId, node: null);
        await meter.WarmUpAsync(context.WarmUp);
        await measure(meter, measurement);
        context.Report.Add(new Case(Name, Case.Limit, $"1→{subscribers}", Suites.Name(profile), subscribers), measurement);
    }

    private async Task MeasureRivalAsync(
        BenchContext context,
        string subject,
        SrtpProfile profile,
        int subscribers,
        Func<LoadPeer, double, Task<IRivalRoom>> open,
        Func<FlowMeter, Measurement, Task> measure)
    {
        var @case = new Case(Name, subject, $"1→{subscribers}", Suites.Name(profile), subscribers);
        try
        {
            using var load = new LoadPeer(profile, takesRuns: takesRuns);
            var measurement = new Measurement();
            await using var room = await open(load, Pacing.PublisherRate(context.Options.PacketRate, subscribers));
            await load.StartReportsAsync();
            var meter = new FlowMeter(load, room.ProcessId, node: null, room.SignalingProcessId);
            await meter.WarmUpAsync(context.WarmUp);
            await measure(meter, measurement);
            context.Report.Add(@case, measurement);
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException)
        {
            // A rival that gives up under this load ends no comparison with the others.
            context.Report.Note($"{subject}, {@case.Label} {@case.Suite}: {e.Message}");
        }
    }
}
