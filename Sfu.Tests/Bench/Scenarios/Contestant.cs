using Sfu.Bench.Measure;
using Sfu.Bench.Report;

namespace Sfu.Bench.Scenarios;

/// <summary>One who forwards, with its rooms full and warm, ready to be measured.</summary>
/// <param name="case">What is measured of whom.</param>
/// <param name="meter">Of its media.</param>
/// <param name="close">Ends it and its clients.</param>
/// <param name="conclude">What it adds at the end to what was measured; null: nothing.</param>
internal sealed class Contestant(Case @case, FlowMeter meter, Func<ValueTask> close, Action<Measurement>? conclude = null) : IAsyncDisposable
{
    public FlowMeter Meter => meter;

    public Measurement Measurement { get; } = new();

    public void Conclude(BenchReport report)
    {
        conclude?.Invoke(Measurement);
        report.Add(@case, Measurement);
    }

    public ValueTask DisposeAsync() => close();
}
