using Sfu.Media.Bwe;
using Sfu.Media.Wire;

namespace Sfu.Tests.Unit.Bwe;

public class ProbeSpecs
{
    private static readonly MediaTime _start = MediaTime.FromSeconds(100);

    /// <summary>Sends a probe of 2 Mbit/s on a path that carries <paramref name="capacity"/>.</summary>
    private static long Measure(long capacity, int lost = 0)
    {
        var probe = new Probe();
        probe.Start(2_000_000, 0, long.MaxValue, _start);
        var results = new List<PacketResult>();
        var freeUs = 0L;
        for (var us = 0L; probe.IsSending; us += 1000)
        {
            while (probe.BytesDue(_start.PlusUs(us)) > 0)
            {
                freeUs = Math.Max(freeUs, us) + (1000 * 8_000_000L / capacity);
                results.Add(new PacketResult(_start.Us + us, _start.Us + freeUs + 50_000, 1000, probe.ClusterToSend, false));
                probe.OnSent(1000, _start.PlusUs(us));
            }
        }

        var usual = 50_000 + (1000 * 8_000_000L / capacity);
        for (var i = 0; i < results.Count; i++)
        {
            Assert.False(probe.TryConclude(_start.PlusMs(100), out _));
            probe.Add(i >= results.Count - lost ? results[i] with { ArrivalUs = PacketResult.Lost } : results[i], usual);
        }

        Assert.True(probe.TryConclude(_start.PlusMs(100), out var measured));
        Assert.False(probe.IsRunning);
        return measured;
    }

    [Fact]
    public void A_wide_path_carries_the_probe() => Assert.InRange(Measure(20_000_000), 1_300_000, 2_000_000);

    [Fact]
    public void A_narrow_path_tells_what_it_carries() => Assert.InRange(Measure(800_000), 500_000, 900_000);

    [Fact]
    public void A_probe_that_is_lost_tells_nothing() => Assert.Equal(0, Measure(20_000_000, lost: 3));

    [Fact]
    public void A_probe_that_nobody_has_enough_to_send_for_ends()
    {
        var probe = new Probe();
        probe.Start(2_000_000, 0, long.MaxValue, _start);
        Assert.Equal(1, probe.BytesDue(_start));
        Assert.NotEqual(0, probe.ClusterToSend);
        probe.OnTime(_start.PlusMs(251));
        Assert.Equal((false, 0, 0L), (probe.IsSending, probe.ClusterToSend, probe.BytesDue(_start.PlusMs(251))));
        Assert.True(probe.TryConclude(_start.PlusMs(251), out var measured));
        Assert.Equal(0, measured);
    }

    [Theory]
    [InlineData(0, 1_000_000, 120)] // Nothing is known: as long as the jitter asks for.
    [InlineData(500_000, 750_000, 120)]
    [InlineData(500_000, 1_000_000, 100)]
    [InlineData(500_000, 1_500_000, 50)]
    [InlineData(500_000, 9_000_000, 20)] // A shorter one tells nothing.
    public void A_probe_fills_no_more_than_100_ms_of_the_queue_of_a_path_that_carries_what_it_was_seen_to(int served, int bitrate, int ms)
    {
        var proven = new ProvenRate();
        proven.OnServed(served);
        var probe = new Probe();
        probe.Start(bitrate, jitterUs: 50_000, proven.LongestProbeUs(bitrate), _start);
        var bytes = 0;
        for (; probe.IsSending; bytes += 100)
        {
            probe.OnSent(100, _start);
        }

        Assert.Equal(ms, bytes * 8_000 / bitrate, 1.0);
    }

    [Fact]
    public void What_a_path_is_seen_to_carry_rises_with_what_arrives_and_falls_only_as_its_queue_is_served()
    {
        var proven = new ProvenRate();
        proven.OnArriving(2_000_000);
        proven.OnProbe(2_000_000);
        Assert.Equal(0, proven.Bitrate);
        proven.OnServed(500_000);
        proven.OnArriving(200_000);
        Assert.Equal(500_000, proven.Bitrate);
        proven.OnArriving(600_000);
        Assert.Equal(600_000, proven.Bitrate);

        // Jitter may have flattered it.
        proven.OnProbe(1_000_000);
        Assert.Equal(800_000, proven.Bitrate);
        proven.OnServed(400_000);
        Assert.Equal(400_000, proven.Bitrate);
    }

    [Fact]
    public void Probes_are_planned_while_more_is_wanted_first_boldly()
    {
        var plan = new ProbeController();
        Assert.False(plan.TryPlan(500_000, 500_000, long.MaxValue, false, _start, out _));
        Assert.False(plan.TryPlan(500_000, 5_000_000, 500_000, false, _start, out _));
        Assert.True(plan.TryPlan(500_000, 5_000_000, long.MaxValue, false, _start, out var bitrate));
        Assert.Equal(1_500_000, bitrate);
        Assert.False(plan.TryPlan(500_000, 5_000_000, long.MaxValue, false, _start.PlusMs(10), out _));

        // It succeeds: the next follows at once, to little more than what is wanted.
        plan.OnResult(500_000, 1_500_000, 1_500_000, 50_000, _start.PlusMs(100));
        Assert.True(plan.TryPlan(1_500_000, 2_000_000, long.MaxValue, false, _start.PlusMs(100), out bitrate));
        Assert.Equal(2_400_000, bitrate);

        // A part of it succeeds, and is progress: the next waits for the media at that rate to show that it fits.
        plan.OnResult(1_500_000, 2_400_000, 1_660_000, 50_000, _start.PlusMs(200));
        Assert.False(plan.TryPlan(1_660_000, 9_000_000, long.MaxValue, false, _start.PlusMs(399), out _));
        Assert.True(plan.TryPlan(1_660_000, 9_000_000, long.MaxValue, false, _start.PlusMs(400), out bitrate));

        // It does not: the next waits, and is less bold.
        plan.OnResult(1_500_000, 2_400_000, 1_500_000, 50_000, _start.PlusMs(200));
        Assert.False(plan.TryPlan(1_500_000, 9_000_000, long.MaxValue, false, _start.PlusMs(1000), out _));
        Assert.True(plan.TryPlan(1_500_000, 9_000_000, long.MaxValue, false, _start.PlusMs(1201), out bitrate));
        Assert.Equal(3_000_000, bitrate);
        plan.OnOveruse(_start.PlusMs(1300));
        Assert.False(plan.TryPlan(1_500_000, 9_000_000, long.MaxValue, true, _start.PlusMs(1899), out _));
        Assert.True(plan.TryPlan(1_500_000, 9_000_000, long.MaxValue, true, _start.PlusMs(1900), out bitrate));
        Assert.Equal(2_250_000, bitrate);
    }
}
