using Sfu.Bench.Node;
using Sfu.Bench.Report;
using Sfu.Bench.Rivals;

namespace Sfu.Bench.Scenarios;

/// <summary>What scenarios need.</summary>
internal sealed class BenchContext(BenchOptions options, BenchReport report)
{
    private bool _limitBuilt;
    private string? _limit;
    private bool _janusSought;
    private JanusProgram? _janus;
    private bool _mediasoupSought;
    private MediasoupProgram? _mediasoup;

    public BenchOptions Options => options;

    public BenchReport Report => report;

    public TimeSpan WarmUp => TimeSpan.FromSeconds(options.Quick ? 1 : 3);

    /// <summary>Whether the node itself is measured.</summary>
    public bool WithNode => options.Subjects.Contains(Case.Node);

    /// <summary>The C program to compare with; null: none.</summary>
    public async Task<string?> LimitAsync()
    {
        if (options.Subjects.Contains(Case.Limit) && !_limitBuilt)
        {
            _limitBuilt = true;
            _limit = await Compiler.BuildAsync("limit/limit.c", "limit", report.Note, "-lcrypto");
        }

        return _limit;
    }

    /// <summary>Janus to compare with; null: none.</summary>
    public async Task<JanusProgram?> JanusAsync()
    {
        if (options.Subjects.Contains(Case.Janus) && options.Janus is { } program && !_janusSought)
        {
            _janusSought = true;
            _janus = await Compiler.BuildAsync("janus/loopback.c", "loopback.so", report.Note, "-shared", "-fPIC") is { } preload
                ? new JanusProgram(program, preload)
                : null;
        }

        return _janus;
    }

    /// <summary>mediasoup to compare with; null: none.</summary>
    public MediasoupProgram? Mediasoup()
    {
        if (options.Subjects.Contains(Case.Mediasoup) && !_mediasoupSought)
        {
            _mediasoupSought = true;
            _mediasoup = MediasoupProgram.Find(report.Note);
        }

        return _mediasoup;
    }

    /// <param name="settings">More for its configuration, <c>key=value</c>.</param>
    public Task<NodeProcess> StartNodeAsync(params string[] settings) => NodeProcess.StartAsync(
        options.NodeProgram, [$"sfu.media.threads={options.MediaThreads}", .. options.NodeSettings, .. settings], options.NodeArguments);
}
