using Sfu.Bench.Measure;

namespace Sfu.Bench.Report;

/// <summary>All runs of one case.</summary>
internal sealed class CaseResult(Case @case)
{
    private readonly List<Measurement> _runs = [];

    public Case Case => @case;

    public IReadOnlyList<Measurement> Runs => _runs;

    public IEnumerable<Metric> Metrics => _runs.SelectMany(static run => run.Values).Select(static entry => entry.Metric).Distinct();

    public void Add(Measurement run) => _runs.Add(run);

    /// <summary>Null when no run has shown it.</summary>
    public Spread? this[Metric metric]
    {
        get
        {
            var values = _runs.Select(run => run[metric]).OfType<double>().ToArray();
            return values.Length == 0 ? null : Spread.Of(values);
        }
    }
}
