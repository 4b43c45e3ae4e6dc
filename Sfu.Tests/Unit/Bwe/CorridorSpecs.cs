using Sfu.Tests.Support.Network;
using Xunit.Abstractions;

namespace Sfu.Tests.Unit.Bwe;

/// <summary>The estimator alone in a corridor that narrows and opens: 10 Mbit/s, 500 kbit/s, 2 Mbit/s.</summary>
public sealed class CorridorSpecs(ITestOutputHelper output)
{
    private const double NarrowAt = 20;
    private const double OpenAt = 40;
    private const double EndAt = 60;
    private const int Seeds = 10;

    // The source fills the path all the time: what a probe adds comes on top.
    private const double MaxQueueMs = 170;

    [Theory]
    [InlineData(0)]
    [InlineData(0.02)]
    [InlineData(0.05)]
    public void Estimate_reaches_most_of_the_path_within_five_seconds_and_the_queue_empties_within_two(double loss)
    {
        var starts = new List<double>();
        var openings = new List<double>();
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var run = Run(loss, seed);
            var (start, drained, longest, used, opened) = Measure(run, loss, seed);
            starts.Add(start);
            openings.Add(opened);
            Assert.InRange(drained, 0, 2);
            Assert.InRange(longest, 0, MaxQueueMs);
            Assert.InRange(used, 0.75, 1.05);
        }

        // What a probe saw counts also where its own queue looks like overuse.
        Assert.InRange(openings.Average(), 0, loss == 0 ? 2.8 : 3.2);

        // One run in ten takes a little longer.
        Assert.InRange(openings.Order().ElementAt(Seeds * 9 / 10 - 1), 0, 5);
        Assert.InRange(openings.Max(), 0, 6);
        Assert.InRange(starts.Order().ElementAt(Seeds / 2), 0, 5);
        Assert.InRange(starts.Max(), 0, 8);
    }

    [Fact] // One packet in ten is lost at any rate: slower, but the estimate does not break down.
    public void Estimate_survives_heavy_random_loss()
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            var run = Run(0.10, seed);
            var (start, drained, longest, used, opened) = Measure(run, 0.10, seed);
            Assert.InRange(start, 0, 10);
            Assert.InRange(opened, 0, 10);
            Assert.InRange(drained, 0, 2);
            Assert.InRange(longest, 0, MaxQueueMs);
            Assert.InRange(used, 0.7, 1.05);
        }
    }

    /// <returns>
    /// Seconds until 85 % of 10 Mbit/s; seconds from the drop until the queue is short; its 95th percentile from then on, in milliseconds;
    /// the estimate's share of 500 kbit/s; seconds until 85 % of 2 Mbit/s.
    /// </returns>
    private (double Start, double Drained, double Longest, double Used, double Opened) Measure(EstimatorRun run, double loss, int seed)
    {
        var start = Reaches(run, 0);
        var drained = DrainedAfter(run);
        var queues = run.Samples.Where(static s => s.Seconds > NarrowAt + 2 && s.Seconds <= OpenAt).Select(static s => s.QueueMs).Order().ToArray();
        var longest = queues[queues.Length * 95 / 100];
        var used = run.Samples.Where(static s => s.Seconds > NarrowAt + 5 && s.Seconds <= OpenAt).Average(static s => s.Estimate / (double)s.Capacity);
        var opened = Reaches(run, OpenAt) - OpenAt;
        output.WriteLine(
            $"loss {loss:P0}, seed {seed,2}: 85 % of 10 Mbit/s after {start:0.0} s; narrow: queue under 100 ms after {drained:0.0} s, 95th percentile {longest:0} ms, most {queues[^1]:0} ms, estimate {used:P0}; 85 % of 2 Mbit/s after {opened:0.0} s");
        return (start, drained, longest, used, opened);
    }

    private static EstimatorRun Run(double loss, int seed)
    {
        var run = new EstimatorRun(
            new LinkProfile
            {
                Rates = [(TimeSpan.Zero, 10_000_000), (TimeSpan.FromSeconds(NarrowAt), 500_000), (TimeSpan.FromSeconds(OpenAt), 2_000_000)],
                OneWay = TimeSpan.FromMilliseconds(100),
                Jitter = TimeSpan.FromMilliseconds(50),
                Loss = loss,
            },
            seed);
        run.Run(TimeSpan.FromSeconds(EndAt));
        return run;
    }

    /// <summary>Seconds from the drop until the queue is short, and stays so for a second.</summary>
    private static double DrainedAfter(EstimatorRun run)
    {
        var samples = run.Samples.Where(static s => s.Seconds > NarrowAt + 0.3 && s.Seconds <= OpenAt).ToArray();
        for (var i = 0; i + 10 < samples.Length; i++)
        {
            if (samples.AsSpan(i, 10).ToArray().All(static s => s.QueueMs < 100))
            {
                return samples[i].Seconds - NarrowAt;
            }
        }

        return double.PositiveInfinity;
    }

    private static double Reaches(EstimatorRun run, double from) =>
        run.Samples.Where(s => s.Seconds > from && s.Estimate >= 0.85 * s.Capacity && s.Estimate <= 1.3 * s.Capacity).Select(static s => s.Seconds).FirstOrDefault(double.PositiveInfinity);
}
