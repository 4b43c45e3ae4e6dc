using Sfu.Tests.Support.Network;

namespace Sfu.Tests.Loopback;

/// <summary>The arithmetic behind what is said of many calls through the corridor.</summary>
public sealed class CorridorFiguresSpecs
{
    private const double SampleSeconds = 0.1;
    private static readonly CorridorTimes s_times = CorridorTimes.Narrowing;

    [Fact]
    public void A_freeze_belongs_to_the_part_of_the_call_in_which_the_picture_began_to_stand()
    {
        (double, double)[] gaps = [(3, 700), (18.9, 510), (19.5, 900), (21.9, 501), (22.1, 505), (39.9, 650), (40.1, 520), (30, 500), (31, 450), (32, 90)];
        var figures = Of(gaps);
        Assert.Equal(2, figures.CountGaps(500, CorridorPart.Drop));
        Assert.Equal(2, figures.CountGaps(500, CorridorPart.Narrow));
        Assert.Equal(3, figures.CountGaps(500, CorridorPart.Other));
        Assert.Equal(4, figures.CountGaps(400, CorridorPart.Narrow));
        Assert.Equal(9, figures.CountGaps(200));
        Assert.Equal(7, figures.Freezes.Count());
        Assert.Equal(900, figures.LongestMs);
    }

    [Fact]
    public void Narrow_phase_begins_two_seconds_after_the_drop_and_ends_with_the_opening()
    {
        var figures = Of([]);
        Assert.Equal(180, figures.Narrow.Length);
        Assert.Equal(22.1, figures.Narrow[0].Seconds, 6);
        Assert.Equal(40, figures.Narrow[^1].Seconds, 6);
    }

    [Fact]
    public void Changes_and_share_of_the_middle_layer_are_those_of_the_narrow_phase()
    {
        // Changes at the drop and after the opening do not count; at 25, 27 and 31 s three do.
        var figures = Of([], spatial: static at => at switch { <= 20.35 => 2, <= 25.05 => 1, <= 27.05 => 0, <= 31.05 => 2, <= 45.05 => 1, _ => 2 });
        Assert.Equal(3, figures.NarrowChanges);
        Assert.Equal((30 + 90) / 180.0, figures.MiddleShare, 6);
    }

    [Fact]
    public void Rise_is_from_the_opening_to_most_of_what_the_path_carries()
    {
        Assert.Equal(2.5, Of([], estimate: static at => at < 42.45 ? 1_690_000 : 1_710_000).RiseSeconds, 6);
        Assert.Equal(double.PositiveInfinity, Of([], estimate: static _ => 1_690_000).RiseSeconds);
        Assert.True(double.IsNaN(Of([], times: CorridorTimes.DropAlone(8)).RiseSeconds));
    }

    [Fact]
    public void Queue_is_short_when_it_stays_so()
    {
        Assert.Equal(1.5, Of([], queue: static at => at is > 20.05 and < 21.45 && at != 20.8 ? 150 : 50).DrainedSeconds, 6);
        Assert.Equal(1, new CorridorTotals([Of([], queue: static at => at < 22.05 ? 150 : 50), Of([], queue: static at => at < 21.95 ? 150 : 50)]).LateDrains);
    }

    [Fact]
    public void Shown_of_capacity_is_what_frames_took_while_the_path_was_narrow()
    {
        // 50,000 bytes a second are 400 of 500 kbit/s.
        Assert.Equal(0.8, Of([], shown: static at => (long)Math.Round(50_000 * at)).ShownOfCapacity, 6);
    }

    [Fact]
    public void Calls_are_counted_together()
    {
        var totals = new CorridorTotals(
        [
            Of([(3, 600), (20, 505)], estimate: static at => at < 41.95 ? 0 : 2_000_000, queue: static at => at < 39.05 ? 10 : 100, bytes: new(1000, 100, 800, 700)),
            Of([(25, 300)], estimate: static at => at < 46.95 ? 0 : 2_000_000, queue: static _ => 10, bytes: new(3000, 100, 1200, 900)),
            Of([], estimate: static _ => 0, queue: static _ => 10, bytes: new(0, 0, 0, 0)),
        ]);
        Assert.Equal(3, totals.Calls);
        Assert.Equal(1, totals.FrozenCalls);
        Assert.Equal(600, totals.LongestMs);
        Assert.Equal(2, totals.CountGaps(500));
        Assert.Equal(1, totals.CountGaps(500, CorridorPart.Drop));
        Assert.Equal(3, totals.CountGaps(200));
        Assert.Equal(2, totals.LateCalls);
        Assert.Equal(4.5, totals.RiseSeconds, 6);
        Assert.Equal(0.05, totals.RepeatedShare, 6);
        Assert.Equal(0.2, totals.NotShownShare, 6);
        Assert.Equal(((530 * 10) + (10 * 100)) / 540.0, totals.QueueMeanMs, 6);
        Assert.Equal(10, totals.Queue95Ms);
    }

    /// <summary>A call of which everything else is quiet.</summary>
    private static CorridorFigures Of(
        (double At, double Ms)[] gaps,
        Func<double, int>? spatial = null,
        Func<double, long>? estimate = null,
        Func<double, double>? queue = null,
        Func<double, long>? shown = null,
        CorridorBytes bytes = default,
        CorridorTimes? times = null)
    {
        var of = times ?? s_times;
        var samples = Enumerable.Range(1, (int)Math.Round(of.End / SampleSeconds)).Select(i =>
        {
            var at = Math.Round(i * SampleSeconds, 1);
            var capacity = at < of.Drop ? 10_000_000 : at < of.Opening ? 500_000 : 2_000_000;
            return new CorridorSample(
                at, capacity, estimate?.Invoke(at) ?? 0, spatial?.Invoke(at) ?? 1, 2, queue?.Invoke(at) ?? 0, 0, ShownBytes: shown?.Invoke(at) ?? 0);
        });
        return new CorridorFigures(of, gaps, [.. samples], bytes);
    }
}
