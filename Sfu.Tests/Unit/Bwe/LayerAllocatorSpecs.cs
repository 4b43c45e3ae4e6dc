using Sfu.Media.Bwe;

namespace Sfu.Tests.Unit.Bwe;

public class LayerAllocatorSpecs
{
    /// <summary>Three spatial layers of three temporal ones: 100, 120, 150; 400, 450, 500; 1,500, 1,800, 2,000 kbit/s.</summary>
    private static LayerDemand Simulcast(int priority = 1, int current = LayerDemand.None, int wanted = 10)
    {
        var demand = new LayerDemand { Priority = priority, Current = current, Wanted = wanted };
        ReadOnlySpan<int> kbps = [100, 120, 150, 0, 400, 450, 500, 0, 1500, 1800, 2000];
        for (var i = 0; i < kbps.Length; i++)
        {
            demand.Rates[i] = kbps[i] * 1000L;
        }

        return demand;
    }

    /// <summary>Three temporal layers that are worth leaving out: 40, 80, 150; 120, 240, 480; 480, 950, 1,900 kbit/s.</summary>
    private static LayerDemand Halving(int current = LayerDemand.None, int wanted = 10)
    {
        var demand = new LayerDemand { Priority = 1, Current = current, Wanted = wanted };
        ReadOnlySpan<int> kbps = [40, 80, 150, 0, 120, 240, 480, 0, 480, 950, 1900];
        for (var i = 0; i < kbps.Length; i++)
        {
            demand.Rates[i] = kbps[i] * 1000L;
        }

        return demand;
    }

    private static int[] Allocate(long kbps, bool mayClimb, params LayerDemand[] demands) => Allocate(kbps, mayClimb, keepsSpatial: false, demands);

    private static int[] Allocate(long kbps, bool mayClimb, bool keepsSpatial, params LayerDemand[] demands)
    {
        LayerAllocator.Allocate(kbps * 1000, mayClimb, keepsSpatial, demands);
        return [.. demands.Select(static d => d.Allowed)];
    }

    [Theory]
    [InlineData(50, 0)] // The first always has something.
    [InlineData(200, 2)]
    [InlineData(460, 4)]
    [InlineData(600, 6)]
    [InlineData(1900, 8)]
    [InlineData(3000, LayerDemand.Unlimited)]
    public void A_stream_climbs_as_far_as_the_path_goes(int kbps, int target) => Assert.Equal([target], Allocate(kbps, true, Simulcast()));

    [Theory]
    [InlineData(290, 5)] // 12 frames of the middle layer take more than all of the lowest; 6 take less.
    [InlineData(600, 6)]
    [InlineData(1000, 6)] // 6 frames of the highest layer would fit, for as much as 25 of the middle one.
    [InlineData(1050, 9)]
    [InlineData(2200, LayerDemand.Unlimited)]
    public void Few_frames_of_a_higher_layer_that_take_hardly_more_are_not_better(int kbps, int target)
    {
        var demand = Halving();
        demand.Rates[8] = 500_000;
        Assert.Equal([target], Allocate(kbps, true, demand));

        // A layer without others above it is what it is, whatever it takes.
        demand.Rates[9] = demand.Rates[10] = 0;
        Assert.Equal([LayerDemand.Unlimited], Allocate(2200, true, demand));
    }

    [Fact]
    public void Streams_of_one_priority_climb_together() => Assert.Equal([6, 6], Allocate(1100, true, Simulcast(), Simulcast()));

    [Fact]
    public void The_higher_priority_climbs_faster() => Assert.Equal([6, 2], Allocate(700, true, Simulcast(priority: 10), Simulcast()));

    [Fact]
    public void One_stream_is_left_out_wholly_where_there_is_not_enough_for_two() =>
        Assert.Equal([1, LayerDemand.None], Allocate(150, true, Simulcast(priority: 2), Simulcast(priority: 2)));

    [Fact]
    public void What_a_stream_has_it_keeps_while_it_fits()
    {
        Assert.Equal([6], Allocate(505, true, Simulcast(current: 6)));
        Assert.NotEqual([6], Allocate(505, true, Simulcast(current: 4)));
        Assert.Equal([5], Allocate(495, true, Simulcast(current: 6)));
    }

    [Fact]
    public void Nobody_climbs_while_it_is_not_the_time()
    {
        Assert.Equal([4], Allocate(5000, false, Simulcast(current: 4)));
        Assert.Equal([LayerDemand.Unlimited], Allocate(5000, true, Simulcast(current: 4)));
    }

    [Theory]
    [InlineData(6, 200, 2, 4)] // 25 frames of a lower layer, or 6 of the present one.
    [InlineData(6, 300, 5, 5)]
    [InlineData(6, 100, 1, 1)] // Nothing of it fits.
    [InlineData(10, 500, 6, 8)]
    [InlineData(LayerDemand.Unlimited, 500, 6, 8)]
    [InlineData(4, 260, 2, 4)] // A tenth to spare for what it does not have.
    [InlineData(4, 270, 2, 5)]
    [InlineData(2, 200, 2, 2)]
    public void A_spatial_layer_is_kept_for_a_moment_with_as_many_frames_as_there_is_room_for(int current, int kbps, int otherwise, int kept)
    {
        Assert.Equal([otherwise], Allocate(kbps, false, keepsSpatial: false, Halving(current)));
        Assert.Equal([kept], Allocate(kbps, false, keepsSpatial: true, Halving(current)));
    }

    [Fact]
    public void Who_keeps_a_spatial_layer_takes_nothing_from_others() =>
        Assert.Equal([4, 2], Allocate(300, false, keepsSpatial: true, Halving(current: 6), Halving(current: 2)));

    [Theory]
    [InlineData(5, LayerDemand.Unlimited, 450)] // Spatial 1, temporal 1: nothing above is wanted.
    [InlineData(10, 8, 2000)]
    public void Nothing_above_the_wish_is_given(int wanted, int allowed, int rate)
    {
        var demand = Simulcast(wanted: wanted);
        Assert.Equal(rate * 1000, demand.WantedRate);
        Assert.Equal([allowed], Allocate(1800, true, demand));
    }

    [Fact]
    public void Layers_that_are_not_there_are_passed_over()
    {
        var demand = Simulcast();
        demand.Rates[4] = demand.Rates[5] = demand.Rates[6] = 0;
        Assert.Equal([2], Allocate(1000, true, demand));
        Assert.Equal([8], Allocate(1700, true, demand));
    }

    [Fact]
    public void A_stream_of_unknown_rates_is_not_held_back() =>
        Assert.Equal([LayerDemand.Unlimited, 2], Allocate(200, true, new LayerDemand { Priority = 1, Wanted = 10, Current = LayerDemand.None }, Simulcast()));

    [Fact] // Rates and estimates that waver by a few percent do not move anybody.
    public void Targets_do_not_flap()
    {
        var random = new Random(1);
        var current = LayerDemand.None;
        var changes = 0;
        for (var i = 0; i < 1000; i++)
        {
            var allowed = Allocate(552 + random.Next(40), true, Simulcast(current: current))[0];
            changes += allowed == current ? 0 : 1;
            current = allowed;
        }

        Assert.Equal(1, changes);
    }
}
