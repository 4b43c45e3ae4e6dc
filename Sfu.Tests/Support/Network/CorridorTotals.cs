namespace Sfu.Tests.Support.Network;

/// <summary>What many calls through one corridor have shown together.</summary>
internal sealed class CorridorTotals
{
    private readonly IReadOnlyList<CorridorFigures> _calls;
    private readonly double[] _queue;

    /// <param name="calls">One at least.</param>
    public CorridorTotals(IReadOnlyList<CorridorFigures> calls)
    {
        _calls = calls;
        _queue = [.. calls.SelectMany(static call => call.Narrow).Select(static sample => sample.QueueMs).Order()];
    }

    public int Calls => _calls.Count;

    /// <summary>Calls with a freeze that counts.</summary>
    public int FrozenCalls => _calls.Count(static call => call.Freezes.Any());

    public double LongestMs => _calls.Max(static call => call.LongestMs);

    /// <summary>Calls whose estimate was late after the opening.</summary>
    public int LateCalls => _calls.Count(static call => call.RiseSeconds > CorridorFigures.LateSeconds);

    /// <summary>Calls whose queue was long for too long after the drop.</summary>
    public int LateDrains => _calls.Count(static call => call.DrainedSeconds > CorridorFigures.DrainSeconds);

    /// <summary>Mean of the calls whose estimate rose at all; not a number where none did, or the path does not open.</summary>
    public double RiseSeconds => Mean(_calls.Select(static call => call.RiseSeconds).Where(double.IsFinite));

    /// <summary>Mean of a call.</summary>
    public double NarrowChanges => Mean(_calls.Select(static call => (double)call.NarrowChanges));

    /// <summary>0 … 1.</summary>
    public double MiddleShare => Mean(_calls.Select(static call => call.MiddleShare));

    /// <summary>0 … 1.</summary>
    public double ShownOfCapacity => Mean(_calls.Select(static call => call.ShownOfCapacity));

    /// <summary>In the narrow phase, over all samples of all calls.</summary>
    public double QueueMeanMs => Mean(_queue);

    /// <inheritdoc cref="QueueMeanMs"/>
    public double Queue95Ms => _queue[_queue.Length * 95 / 100];

    /// <summary>Of the bytes sent, 0 … 1.</summary>
    public double RepeatedShare => (double)_calls.Sum(static call => call.Bytes.Repeated) / _calls.Sum(static call => call.Bytes.Sent);

    /// <summary>Of the bytes that clients received, 0 … 1.</summary>
    public double NotShownShare => 1 - ((double)_calls.Sum(static call => call.Bytes.Shown) / _calls.Sum(static call => call.Bytes.Received));

    public int CountGaps(double overMs) => _calls.Sum(call => call.CountGaps(overMs));

    public int CountGaps(double overMs, CorridorPart part) => _calls.Sum(call => call.CountGaps(overMs, part));

    private static double Mean(IEnumerable<double> values) => values.DefaultIfEmpty(double.NaN).Average();
}
