using System.Globalization;
using Sfu.Bench.Corridor;
using Sfu.Bench.Report;
using Sfu.Tests.EndToEnd;
using Sfu.Tests.Support.Loopback;
using Sfu.Tests.Support.Network;

namespace Sfu.Bench.Scenarios;

/// <summary>
/// How the estimate of a client's path follows it, and what the client sees: the real engine in virtual time, behind a simulated link. Needs
/// no sockets, no other process, and no quiet machine.
/// </summary>
internal sealed class CorridorScenario : IScenario
{
    private const int Seed = 3;
    private const int BurstLength = 3;

    private static readonly (string Label, LinkProfile Link)[] s_links =
    [
        .. ((double[])[0, 0.02, 0.05, 0.10]).Select(static loss => (string.Create(CultureInfo.InvariantCulture, $"{loss * 100:0} % loss"), Corridors.Narrowing(loss))),
        ($"2 % loss in bursts of {BurstLength}", Corridors.Narrowing(0.02).InBursts(BurstLength)),
        ($"5 % loss in bursts of {BurstLength}", Corridors.Narrowing(0.05).InBursts(BurstLength)),
    ];

    public string Name => "corridor";

    public string Description => "estimate, layers and freezes behind 10 Mbit/s, 500 kbit/s, 2 Mbit/s at 0 to 10 % loss, single and in bursts, with each codec, in virtual time; table and plot; with --seeds what many calls show, counted";

    public Task RunAsync(BenchContext context)
    {
        if (context.Options.Corridor is { } series)
        {
            Console.WriteLine(CorridorTable.Write(series, series.Run()));
            return Task.CompletedTask;
        }

        var panels = new List<(string Title, IReadOnlyList<CorridorSample> Samples)>();
        foreach (var camera in Enum.GetValues<CameraKind>())
        {
            foreach (var (label, link) in context.Options.Quick ? s_links[..1] : s_links)
            {
                using var world = new CorridorWorld(link, Seed, camera);
                world.Run(TimeSpan.FromSeconds(60));
                Print(camera, label, world);
                panels.Add((string.Create(CultureInfo.InvariantCulture, $"{camera}, {label}: longest freeze {world.LongestFreezeMs:0} ms, {world.Freezes(500)} over 500 ms"), world.Samples));
            }
        }

        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(context.Options.Output ?? ResultFile.DefaultPath(context.Report.Machine)))!, "corridor.svg");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, CorridorPlot.Draw(panels));
        Console.WriteLine($"Corridor plot: {Path.GetRelativePath(Repository.Root, path)}");
        return Task.CompletedTask;
    }

    private static void Print(CameraKind camera, string label, CorridorWorld world)
    {
        Console.WriteLine($"\nCorridor, {camera}, 200 ms round trip, 50 ms jitter, {label}");
        Console.WriteLine("   time   capacity   estimate  layer    queue");
        foreach (var sample in world.Samples.Where(static (_, i) => i % 10 == 9))
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{sample.Seconds,5:0} s {sample.Capacity / 1000,6} kbit/s {sample.Estimate / 1000,6} kbit/s  {(sample.Spatial < 0 ? "none" : $"{sample.Spatial}.{sample.Temporal}"),4} {sample.QueueMs,5:0} ms"));
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"freezes over 500 ms: {world.Freezes(500)}, longest {world.LongestFreezeMs:0} ms"));
        foreach (var (at, ms) in world.Gaps.Where(static gap => gap.Ms > 400))
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  at {at:0.0} s: {ms:0} ms"));
        }
    }
}
