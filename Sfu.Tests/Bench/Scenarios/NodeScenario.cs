using Sfu.Bench.Load;
using Sfu.Bench.Measure;
using Sfu.Bench.Node;
using Sfu.Bench.Report;
using Sfu.Bench.Signaling;
using Sfu.Media.Srtp;

namespace Sfu.Bench.Scenarios;

/// <summary>Media flows through a node of its own for each run; what differs is who is in which room.</summary>
internal abstract class NodeScenario : IScenario
{
    public abstract string Name { get; }

    public abstract string Description { get; }

    public abstract Task RunAsync(BenchContext context);

    /// <summary>Each run of a case.</summary>
    /// <param name="context">Given.</param>
    /// <param name="case">What is measured.</param>
    /// <param name="profile">The clients' only SRTP profile.</param>
    /// <param name="subscribers">For memory per head.</param>
    /// <param name="populate">Opens rooms and fills them.</param>
    /// <param name="measure">Null: cost and delay over the given seconds.</param>
    /// <param name="takesRuns">Whether clients take runs of datagrams whole.</param>
    protected static async Task MeasureAsync(
        BenchContext context,
        Case @case,
        SrtpProfile profile,
        int subscribers,
        Func<NodeProcess, LoadPeer, Task<IReadOnlyList<Room>>> populate,
        Func<FlowMeter, Measurement, Task>? measure = null,
        bool takesRuns = false)
    {
        if (!context.WithNode)
        {
            return;
        }

        var node = await context.StartNodeAsync();
        try
        {
            using var load = new LoadPeer(profile, takesRuns: takesRuns);
            var measurement = new Measurement();
            var before = (await node.FiguresAsync(collect: true)).ResidentBytes;
            var rooms = await populate(node, load);
            await load.StartReportsAsync();
            var meter = new FlowMeter(load, node.Id, node);
            await meter.WarmUpAsync(context.WarmUp);
            await (measure?.Invoke(meter, measurement) ?? meter.MeasureAsync(context.Options.Seconds, measurement));
            var after = ProcessMemory.ResidentBytes(node.Id);
            measurement.Add(Metric.ResidentIdle, before / 1048576.0);
            measurement.Add(Metric.Resident, after / 1048576.0);
            measurement.Add(Metric.ResidentPerSubscriber, (after - before) / 1024.0 / subscribers);
            context.Report.Add(@case, measurement);
            foreach (var room in rooms)
            {
                await room.DisposeAsync();
            }
        }
        finally
        {
            await node.StopAsync();
        }
    }
}
