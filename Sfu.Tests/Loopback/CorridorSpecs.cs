using System.Globalization;
using Sfu.Tests.Support.Loopback;
using Sfu.Tests.Support.Network;
using Xunit.Abstractions;

namespace Sfu.Tests.Loopback;

/// <summary>
/// A whole node in the corridor, with each codec and each way of layering: a client behind 10 Mbit/s, then 500 kbit/s, then 2 Mbit/s.
/// </summary>
public sealed class CorridorSpecs(ITestOutputHelper output)
{
    private const int Seeds = 4;

    public static TheoryData<string, double> OtherCodecsAndLosses()
    {
        var cases = new TheoryData<string, double>();
        foreach (var camera in Enum.GetValues<CameraKind>().Where(static kind => kind != CameraKind.Vp8Simulcast))
        {
            foreach (var loss in (double[])[0, 0.02, 0.05])
            {
                cases.Add(camera.ToString(), loss);
            }
        }

        return cases;
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.02)]
    [InlineData(0.05)]
    public void Client_gets_the_layers_that_fit_and_its_picture_does_not_freeze(double loss)
    {
        var freezes = 0;
        var late = 0;
        for (var seed = 1; seed <= Seeds; seed++)
        {
            using var world = Run(CameraKind.Vp8Simulcast, loss, seed);
            freezes += world.Freezes(500);
            late += IsLate(world) ? 1 : 0;

            // A frame that loses a packet just before the drop, and is repaired into the full queue: what the picture then stands for at least
            // is 600 ms (Sfu.Media/README.md), and the jitter comes on top.
            Assert.InRange(world.LongestFreezeMs, 0, 650);
            Assert.Contains(world.Samples, static s => s.Seconds < 5 && s is { Spatial: 2, Temporal: 2 });
            Assert.Contains(world.Samples, static s => s.Seconds is > 40 and < 50 && s.Spatial == 2);

            // The highest layer does not fit. That it is tried for a moment now and then is how that is known.
            Assert.InRange(world.Samples.Count(static s => s.Seconds is > 22 and < 40 && s.Spatial == 2), 0, 15);
            Assert.InRange(world.DrainedAfterSeconds(20), 0, 2);
        }

        // Four minutes, in which a repair may once be lost twice.
        Assert.InRange(freezes, 0, loss > 0 ? 1 : 0);
        Assert.InRange(late, 0, 1);
    }

    [Theory] // A change of an SVC stream costs a key picture of all layers below, and one without temporal layers has no smaller steps.
    [MemberData(nameof(OtherCodecsAndLosses))]
    public void Client_gets_layers_that_fit_with_each_codec(string camera, double loss)
    {
        var freezes = 0;
        var late = 0;
        for (var seed = 1; seed <= Seeds; seed++)
        {
            using var world = Run(Enum.Parse<CameraKind>(camera), loss, seed);
            freezes += world.Freezes(500);
            late += IsLate(world) ? 1 : 0;
            Assert.InRange(world.LongestFreezeMs, 0, 800);
            Assert.Contains(world.Samples, s => s.Seconds < 5 && s.Spatial == 2 && (s.Temporal == 2 || !world.TellsTemporalLayers));
            Assert.Contains(world.Samples, static s => s.Seconds > 45 && s.Spatial >= 1);
            Assert.InRange(world.Samples.Count(static s => s.Seconds is > 22 and < 40 && s.Spatial == 2), 0, 15);
            Assert.InRange(world.DrainedAfterSeconds(20), 0, 2);
        }

        // On a path that loses, the key frame that makes good the drop may be lost, and then it takes another round trip.
        Assert.InRange(freezes, 0, loss > 0 ? 3 : 0);
        Assert.InRange(late, 0, 1);
    }

    [Fact] // One packet in ten is lost: repairs are lost too.
    public void No_freeze_lasts_on_a_path_that_loses_much()
    {
        for (var seed = 1; seed <= Seeds; seed++)
        {
            using var world = Run(CameraKind.Vp8Simulcast, 0.10, seed);
            Assert.InRange(world.LongestFreezeMs, 0, 1000);
            Assert.InRange(world.Freezes(500), 0, 3);
        }
    }

    /// <summary>The estimate takes more than five seconds to find most of what the path carries once it opens.</summary>
    private static bool IsLate(CorridorWorld world) => world.FirstSeconds(40, static s => s.Estimate >= 0.85 * s.Capacity) > 5;

    /// <summary>How long packets waited at the bottleneck between two times.</summary>
    private static string Queue(CorridorWorld world, double from, double to)
    {
        var queues = world.Samples.Where(s => s.Seconds > from && s.Seconds <= to).Select(static s => s.QueueMs).Order().ToArray();
        return $"mean {queues.Average():0} ms, 95th percentile {queues[queues.Length * 95 / 100]:0} ms, most {queues[^1]:0} ms";
    }

    private CorridorWorld Run(CameraKind camera, double loss, int seed)
    {
        var world = new CorridorWorld(Corridors.Narrowing(loss), seed, camera);
        world.Run(TimeSpan.FromSeconds(60));
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{camera}, loss {loss:P0}, seed {seed}: {world.Freezes(500)} freezes over 500 ms, longest {world.LongestFreezeMs:0} ms; highest layer after {world.FirstSeconds(0, static s => s.Spatial == 2):0.0} s; narrow: queue short after {world.DrainedAfterSeconds(20):0.0} s, highest layer in {world.Samples.Count(static s => s.Seconds is > 22 and < 40 && s.Spatial == 2)} samples; open: 85 % after {world.FirstSeconds(40, static s => s.Estimate >= 0.85 * s.Capacity):0.0} s, highest layer after {world.FirstSeconds(40, static s => s.Spatial == 2):0.0} s"));
        output.WriteLine($"  queue: narrow {Queue(world, 22, 40)}, open {Queue(world, 42, 60)}, wide {Queue(world, 2, 20)}");
        foreach (var (at, ms) in world.Gaps.Where(static gap => gap.Ms > 400))
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  at {at:0.0} s: {ms:0} ms"));
        }

        return world;
    }
}
