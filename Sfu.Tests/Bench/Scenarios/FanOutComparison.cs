using Sfu.Bench.Load;
using Sfu.Bench.Report;
using Sfu.Bench.Rivals;
using Sfu.Media.Srtp;

namespace Sfu.Bench.Scenarios;

/// <summary>One publisher and its subscribers, by the node, by the C program and by rivals, under the same load.</summary>
/// <param name="takesRuns">Whether clients take runs of datagrams whole: then their kernel cuts none apart in the sender's time, which over a network is its card's work.</param>
internal abstract class FanOutComparison(bool takesRuns) : NodeScenario
{
    private const uint Ssrc = 0x1000;

    public sealed override string Name => takesRuns ? BaseName + Case.Offload : BaseName;

    /// <summary>Of the scenario whose clients take each datagram by itself.</summary>
    protected abstract string BaseName { get; }

    protected bool TakesRuns => takesRuns;

    /// <summary>What opens the node and the C program, whoever of them is to be measured and is there.</summary>
    protected async Task<IReadOnlyList<Func<Task<Contestant>>>> OwnAsync(BenchContext context, SrtpProfile profile, int subscribers)
    {
        List<Func<Task<Contestant>>> own = [];
        if (context.WithNode)
        {
            own.Add(() => OpenNodeAsync(context, CaseOf(Case.Node, profile, subscribers), profile, subscribers, PopulateAsync, takesRuns));
        }

        if (await context.LimitAsync() is { } limit)
        {
            own.Add(() => OpenAsync(
                context, Case.Limit, profile, subscribers, (load, rate) => LimitRoom.OpenAsync(limit, load, profile, subscribers, rate)));
        }

        return own;

        async Task<IReadOnlyList<Room>> PopulateAsync(Node.NodeProcess node, LoadPeer load)
        {
            var room = new Room(node, load, "room");
            var rate = Pacing.PublisherRate(context.Options.PacketRate, subscribers);
            await room.AddPublisherAsync(capabilities => Pacing.Video(Ssrc, rate, capabilities.Extensions));
            await room.AddSubscribersAsync(subscribers);
            return [room];
        }
    }

    /// <summary>Each rival that is to be measured and is there, one after the other. One that gives up under this load ends no comparison with the others.</summary>
    /// <param name="context">Given.</param>
    /// <param name="profile">The clients' only SRTP profile.</param>
    /// <param name="subscribers">Of the one publisher.</param>
    /// <param name="withJanus">Whether Janus has a turn.</param>
    /// <param name="measure">What is measured of one.</param>
    protected async Task MeasureRivalsAsync(
        BenchContext context, SrtpProfile profile, int subscribers, bool withJanus, Func<Contestant, Task> measure)
    {
        if (context.Mediasoup() is { } mediasoup)
        {
            await MeasureAsync(
                Case.Mediasoup, () => OpenAsync(context, Case.Mediasoup, profile, subscribers, async (load, rate) => await MediasoupRoom.OpenAsync(mediasoup, load, subscribers, rate)));
        }

        if (withJanus && await context.JanusAsync() is { } janus)
        {
            await MeasureAsync(
                Case.Janus, () => OpenAsync(context, Case.Janus, profile, subscribers, async (load, rate) => await JanusRoom.OpenAsync(janus, load, subscribers, rate)));
        }

        async Task MeasureAsync(string subject, Func<Task<Contestant>> open)
        {
            try
            {
                await using var rival = await open();
                await measure(rival);
                rival.Conclude(context.Report);
            }
            catch (Exception e) when (e is InvalidOperationException or TimeoutException)
            {
                var @case = CaseOf(subject, profile, subscribers);
                context.Report.Note($"{subject}, {@case.Label} {@case.Suite}: {e.Message}");
            }
        }
    }

    private async Task<Contestant> OpenAsync<TRoom>(
        BenchContext context, string subject, SrtpProfile profile, int subscribers, Func<LoadPeer, double, Task<TRoom>> open)
        where TRoom : class, IRivalRoom
    {
        var load = new LoadPeer(profile, takesRuns: takesRuns);
        TRoom? room = null;
        try
        {
            room = await open(load, Pacing.PublisherRate(context.Options.PacketRate, subscribers));
            await load.StartReportsAsync();
            var meter = new FlowMeter(load, room.ProcessId, node: null, room.SignalingProcessId);
            await meter.WarmUpAsync(context.WarmUp);
            return new Contestant(CaseOf(subject, profile, subscribers), meter, CloseAsync);
        }
        catch
        {
            await CloseAsync();
            throw;
        }

        async ValueTask CloseAsync()
        {
            if (room is not null)
            {
                await room.DisposeAsync();
            }

            load.Dispose();
        }
    }

    private Case CaseOf(string subject, SrtpProfile profile, int subscribers) => new(Name, subject, $"1→{subscribers}", Suites.Name(profile), subscribers);
}
