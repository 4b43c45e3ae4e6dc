namespace Sfu.Bench.Measure;

/// <summary>What one run has shown, in the order in which it is told.</summary>
internal sealed class Measurement
{
    private const int MostThreads = 6;

    private readonly List<(Metric Metric, double Value)> _values = [];

    public IEnumerable<(Metric Metric, double Value)> Values => _values;

    public double? this[Metric metric]
    {
        get
        {
            var index = _values.FindIndex(entry => entry.Metric == metric);
            return index < 0 ? null : _values[index].Value;
        }
    }

    public void Add(Metric metric, double value) => _values.Add((metric, value));

    /// <summary>The threads that used one percent of a core or more.</summary>
    public void AddThreads(CpuUse use, double seconds)
    {
        foreach (var (name, ns) in use.ByThreadName.OrderByDescending(static thread => thread.Value).Take(MostThreads))
        {
            var percent = 100 * ns / 1e9 / seconds;
            if (percent >= 1)
            {
                Add(new Metric($"CPU of {name}", "% of a core", 1), percent);
            }
        }
    }
}
