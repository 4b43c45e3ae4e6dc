using Sfu.Bench.Measure;

namespace Sfu.Bench.Report;

/// <summary>Everything that one start of the benchmark has shown.</summary>
internal sealed class BenchReport(Machine machine, BenchOptions options)
{
    private readonly List<CaseResult> _results = [];

    public Machine Machine => machine;

    public BenchOptions Options => options;

    public IReadOnlyList<CaseResult> Results => _results;

    /// <summary>Things that somebody who reads the figures must know.</summary>
    public List<string> Notes { get; } = [];

    /// <param name="case">What was measured.</param>
    /// <param name="run">What it has shown.</param>
    /// <param name="quietly">Who watches sees the summary only.</param>
    public void Add(Case @case, Measurement run, bool quietly = false)
    {
        var result = Find(@case);
        if (result is null)
        {
            result = new CaseResult(@case);
            _results.Add(result);
        }

        result.Add(run);
        if (!quietly)
        {
            ConsoleReport.Write(@case, result.Runs.Count, run);
        }
    }

    public CaseResult? Find(Case @case) => _results.Find(result => result.Case == @case);

    public void Note(string note)
    {
        if (!Notes.Contains(note))
        {
            Notes.Add(note);
            Console.WriteLine($"note: {note}");
        }
    }
}
