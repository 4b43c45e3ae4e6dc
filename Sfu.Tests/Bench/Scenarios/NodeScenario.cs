using Sfu.Bench.Load;
using Sfu.Bench.Measure;
using Sfu.Bench.Node;
using Sfu.Bench.Report;
using Sfu.Media.Srtp;

namespace Sfu.Bench.Scenarios;

/// <summary>Media flows through a node of its own for each run; what differs is who is in which room.</summary>
internal abstract class NodeScenario : IScenario
{
    public abstract string Name { get; }

    public abstract string Description { get; }

    public abstract Task RunAsync(BenchContext context);

    /// <summary>Each run of a case: cost and delay over the given seconds.</summary>
    /// <param name="context">Given.</param>
    /// <param name="case">What is measured.</param>
    /// <param name="profile">The clients' only SRTP profile.</param>
    /// <param name="subscribers">For memory per head.</param>
    /// <param name="populate">Opens rooms and fills them.</param>
    protected static async Task MeasureAsync(
        BenchContext context, Case @case, SrtpProfile profile, int subscribers, Func<NodeProcess, LoadPeer, Task<IReadOnlyList<Room>>> populate)
    {
        if (context.WithNode)
        {
            await using var node = await OpenNodeAsync(context, @case, profile, subscribers, populate, takesRuns: false);
            await node.Meter.MeasureAsync(context.Options.Seconds, node.Measurement);
            node.Conclude(context.Report);
        }
    }

    /// <param name="context">Given.</param>
    /// <param name="case">What is measured.</param>
    /// <param name="profile">The clients' only SRTP profile.</param>
    /// <param name="subscribers">For memory per head.</param>
    /// <param name="populate">Opens rooms and fills them.</param>
    /// <param name="takesRuns">Whether clients take runs of datagrams whole.</param>
    protected static async Task<Contestant> OpenNodeAsync(
        BenchContext context,
        Case @case,
        SrtpProfile profile,
        int subscribers,
        Func<NodeProcess, LoadPeer, Task<IReadOnlyList<Room>>> populate,
        bool takesRuns)
    {
        var node = await context.StartNodeAsync();
        var load = new LoadPeer(profile, takesRuns: takesRuns);
        IReadOnlyList<Room> rooms = [];
        try
        {
            var before = (await node.FiguresAsync(collect: true)).ResidentBytes;
            rooms = await populate(node, load);
            await load.StartReportsAsync();
            var meter = new FlowMeter(load, node.Id, node);
            await meter.WarmUpAsync(context.WarmUp);
            return new Contestant(@case, meter, CloseAsync, measurement =>
            {
                var after = ProcessMemory.ResidentBytes(node.Id);
                measurement.Add(Metric.ResidentIdle, before / 1048576.0);
                measurement.Add(Metric.Resident, after / 1048576.0);
                measurement.Add(Metric.ResidentPerSubscriber, (after - before) / 1024.0 / subscribers);
            });
        }
        catch
        {
            await CloseAsync();
            throw;
        }

        async ValueTask CloseAsync()
        {
            foreach (var room in rooms)
            {
                await room.DisposeAsync();
            }

            load.Dispose();
            await node.StopAsync();
        }
    }
}
