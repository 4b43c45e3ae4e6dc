using Sfu.Tests.Support.Network;
using Xunit.Abstractions;

namespace Sfu.Tests.Loopback;

/// <summary>A whole node in the corridor: three encodings, a client behind 10 Mbit/s, then 500 kbit/s, then 2 Mbit/s.</summary>
public sealed class CorridorSpecs(ITestOutputHelper output)
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.02)]
    [InlineData(0.05)]
    public void Client_gets_the_layers_that_fit_and_its_picture_does_not_freeze(double loss)
    {
        var freezes = 0;
        for (var seed = 1; seed <= 4; seed++)
        {
            using var world = Run(loss, seed);
            freezes += world.Freezes(500);
            Assert.InRange(world.LongestFreezeMs, 0, 550);
            Assert.Contains(world.Samples, static s => s.Seconds < 5 && s is { Spatial: 2, Temporal: 2 });
            Assert.Contains(world.Samples, static s => s.Seconds is > 40 and < 50 && s.Spatial == 2);

            // The highest layer does not fit. That it is tried for a moment now and then is how that is known.
            Assert.InRange(world.Samples.Count(static s => s.Seconds is > 22 and < 40 && s.Spatial == 2), 0, 15);
        }

        // Four minutes, in which a repair may once be lost twice.
        Assert.InRange(freezes, 0, loss > 0 ? 1 : 0);
    }

    [Fact] // One packet in ten is lost: repairs are lost too.
    public void No_freeze_lasts_on_a_path_that_loses_much()
    {
        for (var seed = 1; seed <= 4; seed++)
        {
            using var world = Run(0.10, seed);
            Assert.InRange(world.LongestFreezeMs, 0, 1000);
            Assert.InRange(world.Freezes(500), 0, 3);
        }
    }

    /// <summary>How long packets waited at the bottleneck between two times.</summary>
    private static string Queue(CorridorWorld world, double from, double to)
    {
        var queues = world.Samples.Where(s => s.Seconds > from && s.Seconds <= to).Select(static s => s.QueueMs).Order().ToArray();
        return $"mean {queues.Average():0} ms, 95th percentile {queues[queues.Length * 95 / 100]:0} ms, most {queues[^1]:0} ms";
    }

    private CorridorWorld Run(double loss, int seed)
    {
        var world = new CorridorWorld(Corridors.Narrowing(loss), seed);
        world.Run(TimeSpan.FromSeconds(60));
        output.WriteLine($"loss {loss:P0}, seed {seed}: {world.Freezes(500)} freezes over 500 ms, longest {world.LongestFreezeMs:0} ms");
        output.WriteLine($"  queue: narrow {Queue(world, 22, 40)}, open {Queue(world, 42, 60)}, wide {Queue(world, 2, 20)}");
        foreach (var (at, ms) in world.Gaps.Where(static gap => gap.Ms > 400))
        {
            output.WriteLine($"  at {at:0.0} s: {ms:0} ms");
        }

        return world;
    }
}
