using Sfu.Bench.Node;
using Sfu.Bench.Report;

namespace Sfu.Bench.Scenarios;

/// <summary>What scenarios need.</summary>
internal sealed class BenchContext(BenchOptions options, BenchReport report)
{
    public BenchOptions Options => options;

    public BenchReport Report => report;

    public TimeSpan WarmUp => TimeSpan.FromSeconds(options.Quick ? 1 : 3);

    public Task<NodeProcess> StartNodeAsync() => NodeProcess.StartAsync(options.NodeProgram, options.NodeArguments);
}
