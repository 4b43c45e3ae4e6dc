using Sfu.Bench;
using Sfu.Bench.Measure;
using Sfu.Bench.Node;
using Sfu.Bench.Report;
using Sfu.Bench.Scenarios;
using Sfu.Tests.EndToEnd;

IScenario[] scenarios =
[
    new FanOutScenario(takesRuns: false),
    new CapacityScenario(takesRuns: false),
    new FanOutScenario(takesRuns: true),
    new CapacityScenario(takesRuns: true),
    new RoomsScenario(),
    new SimulcastScenario(),
    new TcpScenario(),
    new JoinStormScenario(),
    new CloseCascadeScenario(),
    new RoutersScenario(),
    new MemoryScenario(),
    new CorridorScenario(),
    new NarrowScenario(),
    new ScaleScenario(),
];

var signals = Children.EndWithUs();
var result = await new CommandLine(scenarios).RunAsync(args, RunAsync);
Array.ForEach(signals, static signal => signal.Dispose());
return result;

async Task<int> RunAsync(BenchOptions options)
{
    var report = new BenchReport(Machine.Describe(), options);
    Console.WriteLine(report.Machine);
    var context = new BenchContext(options, report);
    var failures = 0;
    foreach (var scenario in scenarios.Where(scenario => options.Scenarios.Contains(scenario.Name)))
    {
        try
        {
            await scenario.RunAsync(context);
        }
        catch (Exception e) when (e is InvalidOperationException or TimeoutException or HttpRequestException or Akka.Actor.AskTimeoutException)
        {
            // The others may still tell something.
            failures++;
            report.Note($"{scenario.Name} failed: {e.Message}");
        }
    }

    if (report.Results.Count > 0)
    {
        ConsoleReport.WriteSummary(report);
        Save(report);
    }

    return failures == 0 ? 0 : 1;
}

static void Save(BenchReport report)
{
    var file = report.Options.Output ?? ResultFile.DefaultPath(report.Machine);
    ResultFile.Write(report, file);
    Console.WriteLine($"\nSaved: {file}");
    var plot = Path.ChangeExtension(Path.GetFullPath(file), ".svg");
    var drawn = Plot.TryWrite(report, plot);
    if (drawn)
    {
        Console.WriteLine($"Plot: {plot}");
    }

    if (!report.Options.UpdateReadme)
    {
        return;
    }

    var notes = string.Concat(report.Notes.Select(static note => $"\n{note}\n"));
    foreach (var (place, holds) in MarkdownReport.Places.Where(place => report.Results.Any(result => place.Holds(result.Case))))
    {
        // What was noted stands behind the first of them, the plot where it belongs.
        Readme.Update(place, MarkdownReport.Write(report, holds, drawn && place == Case.FanOutScenario ? Path.GetRelativePath(Repository.Root, plot) : null) + notes);
        notes = "";
    }
}
