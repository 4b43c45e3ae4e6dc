using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Sfu.Tests.Support.Loopback;
using Sfu.Tests.Support.Network;
using Xunit.Abstractions;

namespace Sfu.Tests.Loopback;

/// <summary>
/// A whole node in the corridor, with each codec and each way of layering: a client behind 10 Mbit/s, then 500 kbit/s, then 2 Mbit/s.
/// </summary>
public sealed class CorridorSpecs(ITestOutputHelper output)
{
    private const int Seeds = 12;
    private const int LossySeeds = 4;
    private const int BurstSeeds = 6;
    private const double MayBeLate = 0.07;

    /// <summary>That somebody gets less while the path is not known yet is no sign that it has become narrow, after which nobody gets more for two seconds.</summary>
    [Fact]
    public void What_was_given_before_rates_were_known_and_taken_back_is_given_again_as_soon_as_the_path_is_known()
    {
        using var world = new CorridorWorld(new LinkProfile { Rates = [(TimeSpan.Zero, 10_000_000)], OneWay = TimeSpan.FromMilliseconds(600) });
        world.Run(TimeSpan.FromSeconds(3));
        Assert.Contains(world.Samples, static s => s.Seconds is > 0.5 and < 2 && s.Spatial < 2);
        Assert.All(world.Samples.Where(static s => s.Seconds > 2), static s => Assert.Equal(2, s.Spatial));
    }

    /// <summary>
    /// Whether a picture stands for more than half a second is a matter of which packets are lost: so what is bounded is in how many of many
    /// calls it does, and for how long in each and on average.
    /// </summary>
    [Theory]
    [InlineData(0, 0.05)]
    [InlineData(0.02, 0.05)]
    [InlineData(0.05, 0.12)]
    public void Clients_get_the_layers_that_fit_and_few_pictures_freeze(double loss, double mayFreeze)
    {
        (CameraKind Camera, int Seed)[] calls = [.. Enum.GetValues<CameraKind>().SelectMany(static camera => Enumerable.Range(1, Seeds).Select(seed => (camera, seed)))];
        var longest = new ConcurrentBag<double>();
        var late = 0;
        Parallel.ForEach(calls, call =>
        {
            using var world = Run(call.Camera, loss, call.Seed);
            longest.Add(world.LongestFreezeMs);
            Interlocked.Add(ref late, IsLate(world) ? 1 : 0);
            Assert.InRange(world.LongestFreezeMs, 0, 700);
            Assert.Contains(world.Samples, s => s.Seconds < 5 && s.Spatial == 2 && (s.Temporal == 2 || !world.TellsTemporalLayers));
            Assert.Contains(world.Samples, s => call.Camera == CameraKind.Vp8Simulcast ? s.Seconds is > 40 and < 50 && s.Spatial == 2 : s.Seconds > 45 && s.Spatial >= 1);

            // The highest layer does not fit. That it is tried for a moment now and then is how that is known.
            Assert.InRange(world.Samples.Count(static s => s.Seconds is > 22 and < 40 && s.Spatial == 2), 0, 15);
            Assert.InRange(world.DrainedAfterSeconds(20), 0, 2);
        });

        Assert.InRange(longest.Count(static ms => ms > 500), 0, mayFreeze * calls.Length);
        Assert.InRange(longest.Average(), 0, 420);
        Assert.InRange(late, 0, MayBeLate * calls.Length);
    }

    /// <summary>Here a queue that probes filled was cut for again and again, by what arrived at that moment.</summary>
    [Fact]
    public void A_cut_for_the_queue_of_a_probe_does_not_keep_the_estimate_down_once_the_path_opens()
    {
        using var world = Run(CameraKind.Av1Svc, loss: 0, seed: 315);
        Assert.InRange(world.FirstSeconds(40, static s => s.Estimate >= 0.85 * s.Capacity), 0, 4);
    }

    [Fact] // One packet in ten is lost: repairs are lost too.
    public void No_freeze_lasts_on_a_path_that_loses_much()
    {
        for (var seed = 1; seed <= LossySeeds; seed++)
        {
            using var world = Run(CameraKind.Vp8Simulcast, 0.10, seed);
            Assert.InRange(world.LongestFreezeMs, 0, 1000);
            Assert.InRange(world.Freezes(500), 0, 3);
        }
    }

    /// <summary>As much is lost, but three packets at a time: of a frame, or of a key frame's copy, all.</summary>
    [Theory]
    [InlineData(0.02)]
    [InlineData(0.05)]
    public void Losses_in_a_row_freeze_few_pictures_and_none_for_long(double loss)
    {
        (CameraKind Camera, int Seed)[] calls = [.. Enum.GetValues<CameraKind>().SelectMany(static camera => Enumerable.Range(1, BurstSeeds).Select(seed => (camera, seed)))];
        var longest = new ConcurrentBag<double>();
        Parallel.ForEach(calls, call =>
        {
            using var world = Run(call.Camera, Corridors.Narrowing(loss).InBursts(3), call.Seed);
            longest.Add(world.LongestFreezeMs);
            Assert.InRange(world.LongestFreezeMs, 0, 650);
            Assert.InRange(world.DrainedAfterSeconds(20), 0, 2);
            Assert.False(IsLate(world));
        });

        // One in ten.
        Assert.InRange(longest.Count(static ms => ms > 500), 0, calls.Length / 10);
    }

    /// <summary>The estimate takes more than five seconds to find most of what the path carries once it opens.</summary>
    private static bool IsLate(CorridorWorld world) => world.FirstSeconds(40, static s => s.Estimate >= 0.85 * s.Capacity) > 5;

    /// <summary>How long packets waited at the bottleneck between two times.</summary>
    private static string Queue(CorridorWorld world, double from, double to)
    {
        var queues = world.Samples.Where(s => s.Seconds > from && s.Seconds <= to).Select(static s => s.QueueMs).Order().ToArray();
        return $"mean {queues.Average():0} ms, 95th percentile {queues[queues.Length * 95 / 100]:0} ms, most {queues[^1]:0} ms";
    }

    private CorridorWorld Run(CameraKind camera, double loss, int seed) => Run(camera, Corridors.Narrowing(loss), seed);

    private CorridorWorld Run(CameraKind camera, LinkProfile link, int seed)
    {
        var world = new CorridorWorld(link, seed, camera);
        world.Run(TimeSpan.FromSeconds(60));
        var text = new StringBuilder();
        text.AppendLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{camera}, loss {Math.Max(link.Loss, link.BurstChance * link.BurstLength):P0}{(link.BurstLength > 1 ? $", bursts of {link.BurstLength}" : "")}, seed {seed}: {world.Freezes(500)} freezes over 500 ms, longest {world.LongestFreezeMs:0} ms; highest layer after {world.FirstSeconds(0, static s => s.Spatial == 2):0.0} s; narrow: queue short after {world.DrainedAfterSeconds(20):0.0} s, highest layer in {world.Samples.Count(static s => s.Seconds is > 22 and < 40 && s.Spatial == 2)} samples; open: 85 % after {world.FirstSeconds(40, static s => s.Estimate >= 0.85 * s.Capacity):0.0} s, highest layer after {world.FirstSeconds(40, static s => s.Spatial == 2):0.0} s"));
        text.AppendLine($"  queue: narrow {Queue(world, 22, 40)}, open {Queue(world, 42, 60)}, wide {Queue(world, 2, 20)}");
        foreach (var (at, ms) in world.Gaps.Where(static gap => gap.Ms > 400))
        {
            text.AppendLine(string.Create(CultureInfo.InvariantCulture, $"  at {at:0.0} s: {ms:0} ms"));
        }

        output.WriteLine(text.ToString().TrimEnd());
        return world;
    }
}
