namespace Sfu.Bench.Measure;

/// <summary>What one run has shown, in the order in which it is told.</summary>
internal sealed class Measurement
{
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
}
