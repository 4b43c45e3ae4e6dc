namespace Sfu.Tests.Support.Network;

/// <summary>What samples of a corridor, in order, say.</summary>
internal static class CorridorSamples
{
    /// <summary>Seconds from a moment to the first sample that is as asked for; infinite when there is none.</summary>
    public static double FirstSeconds(this IEnumerable<CorridorSample> samples, double from, Func<CorridorSample, bool> match) =>
        samples.Where(sample => sample.Seconds > from && match(sample)).Select(sample => sample.Seconds - from).FirstOrDefault(double.PositiveInfinity);

    /// <summary>Seconds from a moment until the queue is under 100 ms, and stays so for ten samples.</summary>
    public static double DrainedAfterSeconds(this IEnumerable<CorridorSample> samples, double from) =>
        samples.StaysSeconds(from, from + 0.3, count: 10, static sample => sample.QueueMs < 100);

    /// <summary>Seconds from a moment to the first of so many samples that are all as asked for; infinite when there are none.</summary>
    /// <param name="samples">In order.</param>
    /// <param name="from">Seconds are counted from here.</param>
    /// <param name="notBefore">Earlier samples are not looked at: what is about to happen cannot be seen yet.</param>
    /// <param name="count">That are as asked for, one after the other.</param>
    /// <param name="match">What is asked for.</param>
    public static double StaysSeconds(this IEnumerable<CorridorSample> samples, double from, double notBefore, int count, Func<CorridorSample, bool> match)
    {
        var later = samples.Where(sample => sample.Seconds > notBefore).ToArray();
        for (var i = 0; i + count < later.Length; i++)
        {
            if (later.AsSpan(i, count).ToArray().All(match))
            {
                return later[i].Seconds - from;
            }
        }

        return double.PositiveInfinity;
    }

    /// <summary>Those after a time, until another.</summary>
    public static CorridorSample[] Between(this IEnumerable<CorridorSample> samples, double from, double to) =>
        [.. samples.Where(sample => sample.Seconds > from && sample.Seconds <= to)];

    /// <summary>How often the spatial layer is another than in the sample before.</summary>
    public static int SpatialChanges(this IReadOnlyList<CorridorSample> samples) =>
        samples.Zip(samples.Skip(1)).Count(static pair => pair.First.Spatial != pair.Second.Spatial);

    /// <summary>Of the samples, 0 … 1; not a number where there are none.</summary>
    public static double Share(this IReadOnlyList<CorridorSample> samples, Func<CorridorSample, bool> match) => (double)samples.Count(match) / samples.Count;

    /// <summary>Bytes of what was shown between two times, as a share of what the path carried from the first on.</summary>
    public static double ShownOfCapacity(this IReadOnlyList<CorridorSample> samples, double from, double to)
    {
        var first = samples.First(sample => sample.Seconds >= from);
        var last = samples.Last(sample => sample.Seconds <= to);
        return (last.ShownBytes - first.ShownBytes) * 8 / (last.Seconds - first.Seconds) / first.Capacity;
    }
}
