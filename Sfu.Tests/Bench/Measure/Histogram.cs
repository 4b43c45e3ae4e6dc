using System.Numerics;

namespace Sfu.Bench.Measure;

/// <summary>
/// Counts of durations in ns, exact to 1.6 %: 64 steps per power of two. One writer; read it when the writer rests. Allocates nothing
/// but itself.
/// </summary>
internal sealed class Histogram
{
    private const int StepBits = 6;
    private const int Steps = 1 << StepBits;
    private const int Powers = 40;

    private readonly long[] _counts = new long[Powers * Steps];

    public long Count { get; private set; }

    public long MaxNs { get; private set; }

    public void Record(long ns)
    {
        // Clocks of two cores may disagree by some ns.
        ns = Math.Max(ns, 0);
        Count++;
        MaxNs = Math.Max(MaxNs, ns);
        _counts[IndexOf(ns)]++;
    }

    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
        MaxNs = 0;
    }

    /// <param name="fraction">For instance 0.99.</param>
    /// <returns>The duration that this part of all does not exceed; 0 when nothing was recorded.</returns>
    public long Quantile(double fraction)
    {
        var wanted = (long)Math.Ceiling(Count * fraction);
        var seen = 0L;
        for (var i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted && seen > 0)
            {
                return Math.Min(UpperEnd(i), MaxNs);
            }
        }

        return MaxNs;
    }

    private static int IndexOf(long ns)
    {
        if (ns < Steps)
        {
            return (int)ns;
        }

        var power = 63 - BitOperations.LeadingZeroCount((ulong)ns);
        var step = (int)(ns >> (power - StepBits)) - Steps;
        return Math.Min(((power - StepBits + 1) << StepBits) + step, (Powers * Steps) - 1);
    }

    private static long UpperEnd(int index)
    {
        var power = index >> StepBits;
        var step = index & (Steps - 1);
        return power == 0 ? step : ((long)(Steps + step + 1) << (power - 1)) - 1;
    }
}
