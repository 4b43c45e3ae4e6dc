namespace Sfu.Tests.Support.Network;

/// <summary>What one call through a corridor has shown, in numbers.</summary>
/// <param name="Times">Of the corridor.</param>
/// <param name="Gaps">Longer than two frames in which nothing new was shown: when each began, in seconds, and its length.</param>
/// <param name="Samples">In order, over all of the call.</param>
/// <param name="Bytes">RTP bytes over all of the call.</param>
internal sealed record CorridorFigures(
    CorridorTimes Times, IReadOnlyList<(double At, double Ms)> Gaps, IReadOnlyList<CorridorSample> Samples, CorridorBytes Bytes)
{
    /// <summary>A picture that stands for longer is a freeze that counts.</summary>
    public const double FreezeMs = 500;

    /// <summary>An estimate that takes longer after the opening is late.</summary>
    public const double LateSeconds = 5;

    /// <summary>A queue that takes longer after the drop until it is short is late.</summary>
    public const double DrainSeconds = 2;

    private const double MostOfCapacity = 0.85;
    private const int MiddleLayer = 1;

    /// <summary>0: there was none.</summary>
    public double LongestMs => Gaps.Select(static gap => gap.Ms).DefaultIfEmpty().Max();

    /// <summary>Those that count, in order.</summary>
    public IEnumerable<(double At, double Ms)> Freezes => Gaps.Where(static gap => gap.Ms > FreezeMs);

    /// <summary>From the opening to most of what the path carries; not a number where it does not open, infinite where it never gets there.</summary>
    public double RiseSeconds => double.IsInfinity(Times.Opening)
        ? double.NaN
        : Samples.FirstSeconds(Times.Opening, static sample => sample.Estimate >= MostOfCapacity * sample.Capacity);

    /// <summary>From the drop until the queue is short, and stays so.</summary>
    public double DrainedSeconds => Samples.DrainedAfterSeconds(Times.Drop);

    /// <summary>Samples of the time that counts as narrow.</summary>
    public CorridorSample[] Narrow => Samples.Between(Times.Drop + CorridorTimes.AroundDropTo, Times.NarrowUntil);

    /// <summary>Of the spatial layer in that time.</summary>
    public int NarrowChanges => Narrow.SpatialChanges();

    /// <summary>Of that time, 0 … 1, with the middle layer.</summary>
    public double MiddleShare => Narrow.Share(static sample => sample.Spatial == MiddleLayer);

    /// <summary>0 … 1 of what the path carried while it was narrow.</summary>
    public double ShownOfCapacity => Samples.ShownOfCapacity(Times.Drop, Times.NarrowUntil);

    /// <summary>Gaps longer than something.</summary>
    public int CountGaps(double overMs) => Gaps.Count(gap => gap.Ms > overMs);

    /// <summary>Gaps of a part of the call longer than something.</summary>
    public int CountGaps(double overMs, CorridorPart part) => Gaps.Count(gap => gap.Ms > overMs && Times.PartAt(gap.At) == part);
}

/// <summary>RTP bytes of a call.</summary>
/// <param name="Sent">By the node.</param>
/// <param name="Repeated">Of these, what was sent again, without probes.</param>
/// <param name="Received">By the client.</param>
/// <param name="Shown">Of frames that could be shown, each packet once.</param>
internal readonly record struct CorridorBytes(long Sent, long Repeated, long Received, long Shown);
