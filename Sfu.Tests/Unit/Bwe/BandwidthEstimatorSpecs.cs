using Sfu.Media.Bwe;
using Sfu.Media.Wire;
using Sfu.Tests.Support;
using Sfu.Tests.Support.Network;

namespace Sfu.Tests.Unit.Bwe;

public class BandwidthEstimatorSpecs
{
    private static LinkProfile Link(long bitsPerSecond) => new() { Rates = [(TimeSpan.Zero, bitsPerSecond)] };

    [Fact]
    public void Estimate_of_a_quiet_path_comes_near_its_capacity()
    {
        var run = new EstimatorRun(Link(3_000_000));
        run.Run(TimeSpan.FromSeconds(20));
        Assert.All(run.Samples.Skip(50), static s => Assert.InRange(s.Estimate, 2_200_000, 3_700_000));
        Assert.True(run.Samples.Skip(50).Average(static s => s.QueueMs) < 40);
    }

    [Fact]
    public void Nothing_is_probed_while_no_more_is_wanted()
    {
        var run = new EstimatorRun(Link(10_000_000)) { Source = static _ => 200_000 };
        run.Estimator.Desired = 300_000;
        run.Run(TimeSpan.FromSeconds(10));
        Assert.InRange(run.Down.Sent, 180, 230);
        Assert.InRange(run.Estimator.Bitrate, 550_000, 700_000);
    }

    [Fact] // A low layer of 150 kbit/s is sent; the path is found wide enough for the high one all the same.
    public void Application_that_sends_little_is_probed_for_what_it_wants()
    {
        var run = new EstimatorRun(Link(10_000_000)) { Source = static _ => 150_000 };
        run.Estimator.Desired = 2_500_000;
        run.Run(TimeSpan.FromSeconds(5));
        Assert.InRange(run.Estimator.Bitrate, 2_400_000, 3_100_000);
        Assert.True(run.Estimator.IsApplicationLimited);
        var sent = run.Down.Sent;
        run.Run(TimeSpan.FromSeconds(10));
        Assert.InRange(run.Down.Sent - sent, 140, 180);
    }

    [Fact]
    public void Application_that_sends_little_does_not_inflate_the_estimate()
    {
        var run = new EstimatorRun(Link(100_000_000), start: 400_000) { Source = static _ => 200_000 };
        run.Estimator.Desired = 0;
        run.Run(TimeSpan.FromSeconds(60));
        Assert.InRange(run.Estimator.Bitrate, 390_000, 420_000);
    }

    [Fact]
    public void Limits_hold()
    {
        var run = new EstimatorRun(Link(10_000_000));
        run.Estimator.SetLimits(0, 1_500_000);
        run.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(1_500_000, run.Estimator.Bitrate);
        run.Estimator.SetLimits(2_000_000, 0);
        Assert.True(run.Estimator.Bitrate >= 2_000_000);
    }

    [Fact] // Not even for a while, so that a queue can empty.
    public void No_less_is_sent_than_the_least_that_is_allowed()
    {
        var run = new EstimatorRun(Link(1_000_000) with { MaxQueue = TimeSpan.FromMilliseconds(500) });
        run.Estimator.SetLimits(1_200_000, 0);
        run.Run(TimeSpan.FromSeconds(10));
        Assert.All(run.Samples, static sample => Assert.True(sample.Target >= 1_200_000));
    }

    [Fact]
    public void Estimate_falls_while_no_feedback_comes()
    {
        var run = new EstimatorRun(new LinkProfile { Rates = [(TimeSpan.Zero, 5_000_000)], Loss = 0 });
        run.Run(TimeSpan.FromSeconds(5));
        var before = run.Estimator.Bitrate;
        var now = new MediaTime(2_000_000_000);
        for (ushort i = 0; i < 100; i++)
        {
            now = now.PlusMs(50);
            run.Estimator.OnSent((ushort)(30_000 + i), 1200, now);
            run.Estimator.OnTime(now);
        }

        Assert.InRange(run.Estimator.Bitrate, BandwidthEstimator.MinBitrate, before / 3);
    }

    [Fact]
    public void Remb_bounds_the_estimate_for_a_while()
    {
        var estimator = new BandwidthEstimator(600_000);
        var now = MediaTime.FromSeconds(5);
        estimator.OnRemb(2_000_000, now);
        Assert.Equal(2_000_000, estimator.Bitrate);
        estimator.OnRemb(200_000, now);
        Assert.Equal(200_000, estimator.Bitrate);
        estimator.OnTime(now.PlusMs(11_000));
        Assert.Equal(600_000, estimator.Bitrate);
    }

    [Fact] // Three packets in a row are lost now and then.
    public void Bursts_of_loss_do_not_break_the_estimate()
    {
        var run = new EstimatorRun(new LinkProfile { Rates = [(TimeSpan.Zero, 3_000_000)], BurstChance = 0.01, BurstLength = 3 });
        run.Run(TimeSpan.FromSeconds(20));
        Assert.True(run.Samples.Skip(50).Average(static s => s.Estimate) > 2_000_000);
    }

    [Fact] // A policer keeps no queue: only the loss tells.
    public void Loss_alone_holds_the_rate_down()
    {
        var run = new EstimatorRun(new LinkProfile { Rates = [(TimeSpan.Zero, 1_000_000)], MaxQueue = TimeSpan.FromMilliseconds(5) });
        run.Run(TimeSpan.FromSeconds(30));
        Assert.InRange(run.Samples.Skip(100).Average(static s => s.Estimate), 500_000, 1_200_000);
        Assert.True((double)run.Down.Dropped / run.Down.Sent < 0.15, $"{run.Down.Dropped} of {run.Down.Sent}");
    }

    [Theory]
    [InlineData(300_000, true)]
    [InlineData(1_700_000, false)]
    public void A_path_is_overfilled_while_more_than_150_ms_stands_in_its_queue(int narrowed, bool overfills)
    {
        var run = new EstimatorRun(new LinkProfile { Rates = [(TimeSpan.Zero, 2_000_000), (TimeSpan.FromSeconds(10), narrowed)], MaxQueue = TimeSpan.FromSeconds(1) });
        run.Run(TimeSpan.FromSeconds(10));
        Assert.False(run.Estimator.IsOverfilled);
        var was = false;
        for (var ms = 0; ms < 5000; ms += 10)
        {
            run.Run(TimeSpan.FromMilliseconds(10));
            was |= run.Estimator.IsOverfilled;
        }

        Assert.Equal(overfills, was);
        Assert.False(run.Estimator.IsOverfilled);
    }

    /// <summary>The queue that a probe fills ends by itself: media that fits gives way to it by less than a third.</summary>
    [Fact]
    public void Probes_do_not_bring_the_target_far_below_what_fits()
    {
        Assert.InRange(NearlyFilled(jitterMs: 50).Min(static sample => sample.Target), 280_000, 500_000);
    }

    /// <summary>What takes it for a queue cuts to what arrives, which is what is sent.</summary>
    [Fact]
    public void Jitter_and_short_queues_do_not_bring_the_estimate_down_to_what_is_sent()
    {
        Assert.InRange(NearlyFilled(jitterMs: 20).Min(static sample => sample.Estimate), 400_000, 500_000);
    }

    /// <summary>What a probe saw counts while what arrives is that of the probe too, but not against a queue that is served at far less.</summary>
    [Fact]
    public void A_path_that_becomes_narrow_just_after_a_probe_brings_the_target_down_as_soon_as_any()
    {
        for (var dropMs = 1500; dropMs < 6000; dropMs += 50)
        {
            var drop = TimeSpan.FromMilliseconds(dropMs);
            var profile = Link(10_000_000) with { Rates = [(TimeSpan.Zero, 10_000_000), (drop, 500_000)], OneWay = TimeSpan.FromMilliseconds(100) };
            var run = new EstimatorRun(profile) { Source = static target => Math.Min(target, 1_500_000) };
            run.Estimator.Desired = 10_000_000;
            run.Run(drop);
            while (run.Estimator.Target > 500_000 && run.NowUs < drop.TotalMicroseconds + 2_000_000)
            {
                run.Run(TimeSpan.FromMilliseconds(1));
            }

            Assert.InRange((run.NowUs / 1000) - dropMs, 0, 500);
        }
    }

    /// <summary>380 of 500 kbit/s are sent, and more is wanted. From ten seconds on.</summary>
    private static IEnumerable<EstimatorRun.Sample> NearlyFilled(int jitterMs) => Enumerable.Range(1, 5).SelectMany(seed =>
    {
        var profile = Link(500_000) with { OneWay = TimeSpan.FromMilliseconds(100), Jitter = TimeSpan.FromMilliseconds(jitterMs) };
        var run = new EstimatorRun(profile, seed) { Source = static target => Math.Min(target, 380_000) };
        run.Estimator.Desired = 1_500_000;
        run.Run(TimeSpan.FromSeconds(40));
        return run.Samples.Where(static sample => sample.Seconds > 10);
    });

    [Fact]
    public void Steady_load_allocates_nothing()
    {
        var estimator = new BandwidthEstimator(600_000);
        var results = new List<PacketResult>(64);
        ushort sequence = 0;
        Assert.Equal(0, AllocationProbe.Least(() =>
        {
            for (var i = 0; i < 2000; i++)
            {
                var now = new MediaTime(1_000_000 + (sequence * 2000L));
                estimator.OnSent(++sequence, 1200, now);
                if (i % 50 == 49)
                {
                    results.Clear();
                    for (var j = 49; j >= 0; j--)
                    {
                        if (estimator.History.TryResolve((ushort)(sequence - j), now.Us - (j * 2000L) + 30_000, out var result))
                        {
                            results.Add(result);
                        }
                    }

                    estimator.OnFeedback(results, now.PlusMs(60));
                    estimator.OnTime(now.PlusMs(60));
                }
            }
        }));
    }
}
