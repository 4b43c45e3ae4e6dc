using Sfu.Bench.Node;
using Sfu.Bench.Report;
using Sfu.Bench.Rivals;

namespace Sfu.Bench.Scenarios;

/// <summary>What scenarios need.</summary>
internal sealed class BenchContext(BenchOptions options, BenchReport report)
{
    private bool _limitBuilt;
    private string? _limit;

    public BenchOptions Options => options;

    public BenchReport Report => report;

    public TimeSpan WarmUp => TimeSpan.FromSeconds(options.Quick ? 1 : 3);

    /// <summary>The C program to compare with; null: none.</summary>
    public async Task<string?> LimitAsync()
    {
        if (options.WithLimit && !_limitBuilt)
        {
            _limitBuilt = true;
            _limit = await LimitProgram.BuildAsync(report.Note);
        }

        return _limit;
    }

    public Task<NodeProcess> StartNodeAsync() => NodeProcess.StartAsync(options.NodeProgram, options.NodeArguments);
}
