using System.Globalization;
using System.Text;
using Sfu.Bench.Report;
using Sfu.Bench.Scale;
using Sfu.Tests.EndToEnd;

namespace Sfu.Bench.Scenarios;

/// <summary>Where the clients of one room come to be in a large cluster, and what crosses between its nodes. Computed: no packet is sent.</summary>
internal sealed class ScaleScenario : IScenario
{
    private const int Seed = 7;
    private const int Speakers = 2;

    public string Name => "scale";

    public string Description => "placement and pipes of rooms of 10 to 1,000,000 subscribers on 10, 100 and 1,000 nodes, computed with the SFU's own placement; table";

    public Task RunAsync(BenchContext context)
    {
        var text = new StringBuilder();
        text.AppendLine("| nodes | subscribers | nodes with the room | streams between nodes | direct: streams that one node sends | worst node, % | tree: streams that one node sends | hops | worst node, % | mean of all nodes, % |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (var nodes in (int[])[10, 100, 1_000])
        {
            for (var subscribers = 10; subscribers <= (context.Options.Quick ? 10_000 : 1_000_000); subscribers *= 10)
            {
                var direct = new ScaleWorld(new ScaleCase(nodes, subscribers, Speakers, Tree: false), Seed).Run();
                var tree = new ScaleWorld(new ScaleCase(nodes, subscribers, Speakers, Tree: true), Seed).Run();
                text.AppendLine(CultureInfo.InvariantCulture, $"| {nodes:N0} | {subscribers:N0} | {direct.Carrying:N0} | {direct.CrossStreams:N0} | {direct.WorstFanOut:N0} | {direct.WorstPercent:N0} | {tree.WorstFanOut:N0} | {tree.Hops} | {tree.WorstPercent:N0} | {direct.MeanPercent:N0} |");
            }
        }

        Console.WriteLine($"\nScale: one room with {Speakers} speakers, nodes of {ScaleCase.Threads} media threads that are used 0 to 40 % by other rooms\n\n{text}");
        var path = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(context.Options.Output ?? ResultFile.DefaultPath(context.Report.Machine)))!, "scale.md");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text.ToString());
        Console.WriteLine($"Scale table: {Path.GetRelativePath(Repository.Root, path)}");
        return Task.CompletedTask;
    }
}
