using Sfu.Media.Forwarding;
using Sfu.Media.Wire;
using Sfu.Tests.Support.Network;

namespace Sfu.Tests.Unit.Forwarding;

/// <summary>The real estimator behind a simulated link decides what sending again may cost.</summary>
public sealed class RepairEffortSpecs
{
    private const int SettledAfterSeconds = 20;

    [Theory]
    [InlineData(0, 200, 1, 1, 1, 1)]
    [InlineData(0.02, 200, 2, 3, 1.01, 1.08)]
    [InlineData(0.05, 200, 3, 3, 1.08, 1.25)]
    [InlineData(0.05, 40, 1, 1, 1.02, 1.09)] // A repair that is lost too comes in time the second time.
    public void Copies_and_their_room_are_as_the_path_loses_packets_and_is_long(
        double loss, int rttMs, int leastCopies, int mostCopies, double least, double most)
    {
        var (run, effort) = Start(loss, rttMs, burst: 1);
        run.Run(TimeSpan.FromSeconds(30));
        Assert.InRange(effort.Copies, leastCopies, mostCopies);
        Assert.InRange(effort.WithMedia, least, most);
    }

    [Fact] // A path that has become narrow is known only later.
    public void Most_copies_are_sent_where_all_that_is_wanted_fits()
    {
        var (run, effort) = Start(0.02, 200, burst: 1);
        run.Estimator.Desired = 500_000;
        run.Run(TimeSpan.FromSeconds(30));
        Assert.Equal(4, effort.Copies);
    }

    /// <summary>Most windows lose nothing where losses come in runs: the path is no less lossy in between.</summary>
    [Theory]
    [InlineData(3, 0.03)]
    [InlineData(5, 0.1)]
    public void Losses_in_a_row_are_hardly_ever_forgotten_between_two_runs(int burst, double most)
    {
        var calm = 0;
        var looks = 0;
        for (var seed = 1; seed <= 5; seed++)
        {
            var (run, effort) = Start(0.02, 200, burst, seed);
            run.Run(TimeSpan.FromSeconds(SettledAfterSeconds));
            for (; run.NowUs < 60_000_000; looks++)
            {
                run.Run(TimeSpan.FromMilliseconds(100));
                calm += effort.Copies == 1 ? 1 : 0;
            }
        }

        Assert.Equal(2_000, looks);
        Assert.InRange(calm, 0, most * looks);
    }

    private static (EstimatorRun Run, RepairEffort Effort) Start(double loss, int rttMs, int burst, int seed = 1)
    {
        var profile = new LinkProfile
        {
            Rates = [(TimeSpan.Zero, 1_000_000)],
            OneWay = TimeSpan.FromMilliseconds(rttMs / 2),
            Loss = loss,
            MaxQueue = TimeSpan.FromMilliseconds(300),
        };

        // Less than the path carries, so that no queue drops any of it.
        var run = new EstimatorRun(burst > 1 ? profile.InBursts(burst) : profile, seed) { Source = static target => Math.Min(target, 600_000) };
        return (run, new RepairEffort(run.Estimator));
    }
}
