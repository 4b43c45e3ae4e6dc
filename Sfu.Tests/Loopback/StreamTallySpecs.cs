using Sfu.Tests.Support.Network;

namespace Sfu.Tests.Loopback;

/// <summary>What simulated clients count, and when what comes over a simulated link has arrived.</summary>
public sealed class StreamTallySpecs
{
    [Fact]
    public void Packet_that_comes_by_itself_after_its_repair_was_not_lost()
    {
        var tally = new StreamTally();
        tally.OnPacket(10, isRepair: false);
        tally.OnPacket(13, isRepair: false);
        tally.OnPacket(11, isRepair: true);
        tally.OnPacket(12, isRepair: true);
        Assert.Equal((2, 2, 0), (tally.Lost, tally.Repaired, tally.Superfluous));

        tally.OnPacket(12, isRepair: false);
        Assert.Equal((1, 1, 1), (tally.Lost, tally.Repaired, tally.Superfluous));
    }

    [Fact]
    public void Repair_that_comes_twice_is_superfluous_once()
    {
        var tally = new StreamTally();
        tally.OnPacket(1, isRepair: false);
        tally.OnPacket(2, isRepair: true);
        tally.OnPacket(2, isRepair: true);
        Assert.Equal((1, 1, 1), (tally.Lost, tally.Repaired, tally.Superfluous));
    }

    [Fact]
    public void Link_tells_when_a_packet_arrived_also_to_who_looks_later()
    {
        var link = new SimulatedLink<int>(new LinkProfile { Rates = [(TimeSpan.Zero, 1_000_000)], OneWay = TimeSpan.FromMilliseconds(10) }, seed: 1);
        link.Send(7, 1000, nowUs: 0);
        Assert.False(link.TryReceive(17_999, out _, out _));
        Assert.True(link.TryReceive(90_000, out var item, out var arrivedUs));
        Assert.Equal((7, 18_000), (item, arrivedUs));
    }

    [Fact]
    public void Layer_counts_only_when_it_stays()
    {
        CorridorSample[] samples = [.. Enumerable.Range(0, 40).Select(static i => new CorridorSample(i / 10.0, 1, 1, i is 5 or >= 20 ? 2 : 1, -1, 0, 0))];
        Assert.Equal(0.5, samples.FirstSeconds(0, static sample => sample.Spatial == 2), 6);
        Assert.Equal(2.0, samples.StaysSeconds(0, 0, 10, static sample => sample.Spatial == 2), 6);
        Assert.Equal(double.PositiveInfinity, samples.StaysSeconds(0, 0, 30, static sample => sample.Spatial == 2));
    }
}
