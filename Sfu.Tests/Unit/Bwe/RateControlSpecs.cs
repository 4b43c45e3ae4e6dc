using Sfu.Media.Bwe;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Bwe;

/// <summary>The parts of the estimator that set the rate.</summary>
public class RateControlSpecs
{
    private static MediaTime At(double seconds) => new((long)(100_000_000 + (seconds * 1_000_000)));

    private static PacketResult Packet(bool received) => new(0, received ? 1 : PacketResult.Lost, 1000, 0, false);

    [Fact]
    public void Aimd_grows_by_a_share_until_it_meets_the_capacity_and_then_by_steps()
    {
        var rate = new AimdRateControl(1_000_000, 30_000);
        for (var i = 0; i <= 10; i++)
        {
            rate.Update(NetworkUsage.Normal, 2_000_000, 50_000, At(i * 0.1));
        }

        Assert.InRange(rate.Bitrate, 1_070_000, 1_090_000);
        Assert.False(rate.IsNearCapacity);
        rate.Update(NetworkUsage.Over, 1_000_000, 50_000, At(2));
        Assert.Equal(850_000, rate.Bitrate);
        Assert.Equal(At(2), rate.LastDecrease);
        Assert.True(rate.IsNearCapacity);
        rate.Update(NetworkUsage.Under, 850_000, 50_000, At(2.5));
        Assert.Equal(850_000, rate.Bitrate);
        rate.Update(NetworkUsage.Normal, 850_000, 50_000, At(3.5));

        // A packet of 9,600 bits per response time of 300 ms.
        Assert.InRange(rate.Bitrate, 880_000, 884_000);
    }

    [Fact]
    public void Aimd_does_not_grow_beyond_what_arrives_nor_fall_below_its_floor()
    {
        var rate = new AimdRateControl(1_000_000, 30_000);
        for (var i = 0; i < 100; i++)
        {
            rate.Update(NetworkUsage.Normal, 700_000, 50_000, At(i));
        }

        Assert.InRange(rate.Bitrate, 1_000_000, 1_060_000);
        rate.Limit(400_000);
        Assert.Equal(400_000, rate.Bitrate);
        rate.OnProbe(900_000, At(100));
        Assert.Equal(900_000, rate.Bitrate);
        rate.Update(NetworkUsage.Over, 10_000, 50_000, At(101));
        Assert.Equal(30_000, rate.Bitrate);
    }

    [Fact]
    public void One_probe_beyond_the_known_capacity_counts_for_a_step_and_two_for_all_that_they_saw()
    {
        var rate = new AimdRateControl(600_000, 30_000);
        rate.Update(NetworkUsage.Over, 500_000, 50_000, At(1));
        Assert.Equal(425_000, rate.Bitrate);
        Assert.True(rate.IsNearCapacity);
        Assert.Equal(531_250, rate.OnProbe(900_000, At(2)));
        Assert.True(rate.IsNearCapacity);
        Assert.Equal(800_000, rate.OnProbe(800_000, At(3)));
        Assert.False(rate.IsNearCapacity);

        // Between them a queue has filled: that was jitter.
        rate.Update(NetworkUsage.Over, 500_000, 50_000, At(4));
        Assert.Equal(531_250, rate.OnProbe(900_000, At(5)));
        rate.Update(NetworkUsage.Over, 500_000, 50_000, At(6));
        Assert.Equal(531_250, rate.OnProbe(900_000, At(7)));
        Assert.True(rate.IsNearCapacity);
    }

    /// <summary>The queue for which the rate was cut was the probe's own, which tells how much the path carries.</summary>
    [Fact]
    public void What_was_cut_while_a_probe_was_under_way_is_taken_back_as_far_as_it_saw_more()
    {
        var rate = new AimdRateControl(1_500_000, 30_000);
        rate.Update(NetworkUsage.Over, 1_000_000, 50_000, At(2));
        Assert.Equal(850_000, rate.Bitrate);
        Assert.False(rate.TryTakeBack(2_000_000, startedAt: At(2.1), At(2.2)));
        Assert.False(rate.TryTakeBack(800_000, startedAt: At(1.9), At(2.2)));
        Assert.Equal(850_000, rate.Bitrate);
        Assert.True(rate.TryTakeBack(1_200_000, startedAt: At(1.9), At(2.2)));
        Assert.Equal(1_140_000, rate.Bitrate);
        Assert.True(rate.TryTakeBack(2_000_000, startedAt: At(1.9), At(2.2)));
        Assert.Equal(1_500_000, rate.Bitrate);

        // Nor is what arrived at that moment what the path carries.
        Assert.False(rate.IsNearCapacity);
        Assert.False(rate.TryTakeBack(2_000_000, startedAt: At(1.9), At(2.2)));
    }

    [Fact]
    public void Far_below_the_known_capacity_a_probe_counts_up_to_it()
    {
        var rate = new AimdRateControl(600_000, 30_000);
        rate.Update(NetworkUsage.Over, 500_000, 50_000, At(1));
        rate.Limit(100_000);
        Assert.False(rate.IsNearCapacity);
        Assert.InRange(rate.OnProbe(480_000, At(2)), 440_000, 480_000);
        Assert.True(rate.IsNearCapacity);
    }

    [Fact]
    public void Capacity_is_known_by_a_mean_and_its_scatter()
    {
        var capacity = default(LinkCapacity);
        Assert.False(capacity.IsKnown);
        capacity.OnOveruse(1_000_000);
        Assert.Equal(1_000_000, capacity.Mean);
        Assert.InRange(capacity.Upper, 1_050_000, 1_070_000);
        Assert.InRange(capacity.Lower, 930_000, 950_000);
        capacity.OnOveruse(800_000);
        Assert.InRange(capacity.Mean, 985_000, 995_000);
        capacity.OnProbe(2_000_000);
        Assert.InRange(capacity.Mean, 1_490_000, 1_500_000);
        capacity.Reset();
        Assert.False(capacity.IsKnown);
    }

    [Fact]
    public void Who_sends_little_is_limited_by_himself_until_he_sends_as_much_as_he_may()
    {
        var limit = new ApplicationLimit();
        for (var ms = 0; ms < 2000; ms += 10)
        {
            limit.OnSent(125);
            limit.OnTime(1_000_000, At(ms / 1000.0));
        }

        Assert.True(limit.IsLimited);
        for (var ms = 2000; ms < 4000; ms += 10)
        {
            limit.OnSent(1250);
            limit.OnTime(1_000_000, At(ms / 1000.0));
        }

        Assert.False(limit.IsLimited);
        limit.OnTime(1_000_000, At(5));
        limit.OnTime(1_000_000, At(6));
        limit.OnTime(1_000_000, At(7));
        Assert.True(limit.IsLimited);
    }

    [Fact]
    public void Loss_that_is_always_there_asks_for_nothing_and_more_of_it_for_less()
    {
        var loss = new LossController(30_000);
        var second = 0.0;
        Window(everyNth: 20, 10);
        Assert.Equal(long.MaxValue, loss.Bitrate);
        Assert.InRange(loss.Inherent, 0.045, 0.055);
        Window(everyNth: 4, 1);
        Assert.InRange(loss.Bitrate, 700_000, 960_000);
        var cut = loss.Bitrate;
        loss.OnProbe(cut / 2);
        Assert.Equal(cut, loss.Bitrate);
        Window(everyNth: 20, 20);
        Assert.True(loss.Bitrate > cut);
        loss.OnProbe(5_000_000);
        Assert.True(loss.Bitrate >= 5_000_000);

        void Window(int everyNth, int windows)
        {
            for (var window = 0; window < windows; window++)
            {
                for (var i = 0; i < 100; i++)
                {
                    loss.Add(Packet(i % everyNth != 0));
                }

                loss.Update(1_000_000, 900_000, isQueueFull: false, At(second));
                loss.Update(1_000_000, 900_000, isQueueFull: false, At(second += 1));
            }
        }
    }

    [Theory] // What radio links lose comes in runs: a window with two of them has lost twelve of a hundred packets, and the next one none.
    [InlineData(1)]
    [InlineData(3)]
    public void Losses_in_runs_are_the_paths_own_as_well_as_losses_one_by_one(int length)
    {
        const double Share = 0.05;
        var random = new SeededRandom(7);
        var loss = new LossController(30_000);
        var cuts = 0;
        var second = 0.0;
        for (var window = 0; window < 300; window++)
        {
            for (var i = 0; i < 50; i++)
            {
                if (random.NextDouble() < Share / (length - (Share * (length - 1))))
                {
                    for (var lost = 0; lost < length; lost++)
                    {
                        loss.Add(Packet(false));
                    }
                }

                loss.Add(Packet(true));
            }

            var before = loss.Bitrate;
            loss.Update(1_000_000, 900_000, isQueueFull: false, At(second));
            loss.Update(1_000_000, 900_000, isQueueFull: false, At(second += 1));
            cuts += loss.Bitrate < before ? 1 : 0;
            loss.OnProbe(2_000_000);
        }

        Assert.InRange(cuts, 0, 10);
        Assert.InRange(loss.Inherent, 0.03, 0.08);

        // What loses three in ten is too much whatever it looks like.
        for (var i = 0; i < 50; i++)
        {
            loss.Add(Packet(i % 10 > 2));
        }

        loss.Update(1_000_000, 700_000, isQueueFull: false, At(second + 1));
        Assert.True(loss.Bitrate < 1_000_000);
    }

    [Fact]
    public void A_loss_that_comes_after_all_is_none()
    {
        var loss = new LossController(30_000);
        loss.Update(1_000_000, 0, false, At(0));
        for (var i = 0; i < 100; i++)
        {
            loss.Add(Packet(i >= 10));
        }

        for (var i = 0; i < 10; i++)
        {
            loss.Add(Packet(true) with { WasReportedLost = true });
        }

        loss.Update(1_000_000, 0, false, At(1));
        Assert.True(loss.IsKnown);
        Assert.Equal(0, loss.LossShare);
    }
}
