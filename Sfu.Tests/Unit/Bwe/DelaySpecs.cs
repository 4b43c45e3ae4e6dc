using Sfu.Media.Bwe;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Bwe;

/// <summary>The parts of the estimator that look at when packets arrive.</summary>
public class DelaySpecs
{
    private static PacketResult Packet(long sendMs, long arrivalMs, int size = 1000, byte cluster = 0) =>
        new(sendMs * 1000, arrivalMs * 1000, size, cluster, false);

    [Fact]
    public void Groups_tell_how_the_distance_between_bursts_changed()
    {
        var groups = new ArrivalGroups();
        Assert.False(groups.TryAdd(Packet(0, 50), out _, out _));
        Assert.False(groups.TryAdd(Packet(2, 53), out _, out _));
        Assert.False(groups.TryAdd(Packet(20, 75), out _, out _));
        Assert.True(groups.TryAdd(Packet(40, 100), out var send, out var arrival));
        Assert.Equal((18_000L, 22_000L), (send, arrival));
        Assert.False(groups.TryAdd(Packet(38, 101), out _, out _)); // Out of order.
    }

    [Fact]
    public void Groups_begin_anew_when_the_receivers_clock_is_set()
    {
        var groups = new ArrivalGroups();
        groups.TryAdd(Packet(0, 50), out _, out _);
        groups.TryAdd(Packet(20, 70), out _, out _);
        Assert.True(groups.TryAdd(Packet(40, 9_000_000), out _, out _));
        Assert.False(groups.TryAdd(Packet(60, 9_000_020), out _, out _));
        Assert.False(groups.TryAdd(Packet(80, 9_000_040), out _, out _));
        Assert.True(groups.TryAdd(Packet(100, 9_000_060), out var send, out var arrival));
        Assert.Equal(send, arrival);
    }

    [Fact]
    public void Trend_is_flat_on_an_empty_path_rises_with_a_queue_and_falls_with_its_end()
    {
        var trend = new TrendlineEstimator();
        Feed(0, 30, 20_000, 20_000);
        Assert.Equal(0, trend.Trend, 6);
        Feed(30, 30, 20_000, 22_000);
        Assert.True(trend.Trend > 12);
        Feed(60, 60, 20_000, 16_000);
        Assert.True(trend.Trend < -6);
        trend.Reset();
        Assert.Equal(0, trend.Trend);

        void Feed(int first, int count, long send, long arrival)
        {
            for (var i = first; i < first + count; i++)
            {
                trend.Update(send, arrival, i * 20_000L);
            }
        }
    }

    [Fact]
    public void Overuse_is_a_trend_that_stays_above_the_threshold()
    {
        var detector = new OveruseDetector();
        detector.Update(20, 20_000, 0);
        Assert.Equal(NetworkUsage.Normal, detector.Usage); // One is none.
        detector.Update(21, 20_000, 20_000);
        Assert.Equal(NetworkUsage.Over, detector.Usage);
        detector.Update(0, 20_000, 40_000);
        Assert.Equal(NetworkUsage.Normal, detector.Usage);
        detector.Update(-30, 20_000, 60_000);
        Assert.Equal(NetworkUsage.Under, detector.Usage);
        detector.Reset();
        Assert.Equal(NetworkUsage.Normal, detector.Usage);
    }

    [Fact]
    public void Threshold_follows_a_trend_that_does_not_go_away()
    {
        var detector = new OveruseDetector();
        for (var i = 0; i < 200; i++)
        {
            // Falling a little each time: never overuse, but the threshold climbs to it.
            detector.Update(20 - (i * 0.001), 20_000, i * 20_000L);
        }

        detector.Update(19, 20_000, 4_000_000);
        detector.Update(19, 20_000, 4_020_000);
        Assert.Equal(NetworkUsage.Normal, detector.Usage);
    }

    [Fact]
    public void Queue_is_the_least_delay_over_the_least_of_late()
    {
        var queue = new QueueDelay();
        Report(1, 5_000_040, 5_000_060);
        Assert.Equal(0, queue.Us);
        Report(2, 5_000_100, 5_000_140);
        Assert.Equal(60_000, queue.Us);
        Assert.InRange(queue.JitterUs, 20_000, 25_000);
        Report(3, 5_000_045);
        Assert.Equal(5_000, queue.Us);
        queue.Rebase();
        Report(4, 5_000_100);
        Assert.Equal(0, queue.Us);

        void Report(long second, params long[] delaysMs)
        {
            queue.Begin();
            foreach (var delay in delaysMs)
            {
                queue.Add(Packet(second * 1000, (second * 1000) + delay));
            }

            queue.End(MediaTime.FromSeconds(second));
        }
    }

    [Fact] // A packet every 160 ms tells of jitter as well as many do.
    public void Jitter_of_packets_that_come_one_by_one_is_seen_and_a_queue_that_grows_is_none()
    {
        var random = new SeededRandom(5);
        var scattered = new QueueDelay();
        var growing = new QueueDelay();
        for (var i = 0; i < 100; i++)
        {
            One(scattered, i, 40 + random.Next(50));
            One(growing, i, 40 + (5 * i));
        }

        Assert.InRange(scattered.JitterUs, 30_000, 80_000);
        Assert.Equal(0, growing.JitterUs);

        static void One(QueueDelay queue, int i, long delayMs)
        {
            queue.Begin();
            queue.Add(Packet(i * 160, (i * 160) + delayMs));
            queue.End(MediaTime.FromMilliseconds(i * 160));
        }
    }

    [Fact] // 1,000 bytes each 16 ms: 500 kbit/s.
    public void Packets_that_wait_one_behind_the_other_tell_at_once_of_the_queue_and_of_what_serves_it()
    {
        var queue = new QueueDelay();
        queue.Begin();
        queue.Add(Packet(0, 40));
        queue.Add(Packet(1, 42));
        queue.End(MediaTime.FromMilliseconds(50));
        Assert.False(queue.TryGetServed(out _));
        queue.Begin();
        for (var i = 0; i < 10; i++)
        {
            queue.Add(Packet(50, 90 + (16 * i)));
        }

        queue.End(MediaTime.FromMilliseconds(300));
        Assert.True(queue.TryGetServed(out var served));
        Assert.InRange(served, 495_000, 505_000);
        Assert.InRange(queue.Us, 30_000, 70_000);
        queue.Begin();
        queue.Add(Packet(400, 440));
        queue.End(MediaTime.FromMilliseconds(450));
        Assert.False(queue.TryGetServed(out _));
        Assert.Equal(0, queue.Us);
    }

    [Fact] // What was held up and comes all at once, as on Wi-Fi, waited for no bottleneck.
    public void Packets_that_were_held_up_and_come_together_are_no_queue()
    {
        var queue = new QueueDelay();
        queue.Begin();
        queue.Add(Packet(0, 40));
        queue.End(MediaTime.FromMilliseconds(50));
        queue.Begin();
        queue.Add(Packet(100, 140));
        for (var i = 0; i < 10; i++)
        {
            queue.Add(Packet(110 + (10 * i), 260 + (5 * i)));
        }

        queue.End(MediaTime.FromMilliseconds(300));
        Assert.False(queue.TryGetServed(out _));
        Assert.Equal(0, queue.Us);
    }

    [Fact]
    public void Usual_delay_leaves_probes_out()
    {
        var queue = new QueueDelay();
        queue.Begin();
        queue.Add(Packet(0, 40));
        queue.Add(Packet(1, 141, cluster: 1));
        queue.End(MediaTime.FromSeconds(1));
        Assert.Equal(40_000, queue.UsualUs);
    }

    [Fact]
    public void Throughput_is_what_arrives_over_the_time_in_which_it_comes()
    {
        var throughput = new ThroughputEstimator();
        for (var i = 0; i < 100; i++)
        {
            throughput.Add(Packet(i * 10, 50 + (i * 10)));
        }

        throughput.Update();
        Assert.InRange(throughput.BitsPerSecond, 790_000, 810_000);
        Assert.InRange(throughput.RecentBitsPerSecond(), 790_000, 810_000);

        // The queue holds what comes now at half the rate.
        for (var i = 0; i < 20; i++)
        {
            throughput.Add(Packet(1000 + (i * 10), 1060 + (i * 20)));
        }

        throughput.Update();
        Assert.InRange(throughput.RecentBitsPerSecond(), 390_000, 410_000);
        Assert.InRange(throughput.BitsPerSecond, 390_000, 450_000);
    }

    [Fact]
    public void Throughput_of_a_burst_is_what_left()
    {
        var throughput = new ThroughputEstimator();
        for (var i = 0; i < 20; i++)
        {
            throughput.Add(Packet(i * 10, 500 + (i / 10)));
        }

        throughput.Update();
        Assert.InRange(throughput.BitsPerSecond, 790_000, 810_000);
    }

    [Fact]
    public void Remb_falls_when_the_queue_fills_and_says_so_at_once()
    {
        var remb = new RembEstimator();
        var now = MediaTime.FromSeconds(100);
        for (var i = 0; i < 500; i++)
        {
            now = now.PlusMs(10);
            remb.OnPacket(HeaderExtensionValues.ToAbsSendTime(MediaTime.FromMilliseconds(i * 10)), 1000, 50_000, now);
        }

        var before = remb.Bitrate;
        Assert.InRange(before, 350_000, 1_300_000);
        Assert.True(remb.IsDue(now));
        Assert.False(remb.IsDue(now.PlusMs(100)));
        for (var i = 500; i < 700; i++)
        {
            now = now.PlusMs(20);
            remb.OnPacket(HeaderExtensionValues.ToAbsSendTime(MediaTime.FromMilliseconds(i * 10)), 1000, 50_000, now);
        }

        Assert.InRange(remb.Bitrate, 250_000, 420_000);
        Assert.True(remb.IsDue(now.PlusMs(300)));
    }
}
