using System.Globalization;
using System.Text;
using Sfu.Bench.Measure;
using Sfu.Bench.Narrow;
using Sfu.Bench.Scenarios;

namespace Sfu.Bench.Report;

/// <summary>The narrow paths' figures, the node beside mediasoup: Markdown.</summary>
internal static class NarrowTable
{
    /// <summary>Times as long as the path stays so: it did not happen.</summary>
    private const double Never = 20;

    private static readonly (string Title, Func<CaseResult, string> Cell)[] s_columns =
    [
        ("longest freeze, ms", static result => Cell(result, NarrowMetric.LongestFreeze)),
        ("freezes over 200, 500 ms, all runs", static result => $"{Sum(result, NarrowMetric.Freezes200)}, {Sum(result, NarrowMetric.Freezes500)}"),
        ("frozen, s", static result => Cell(result, NarrowMetric.Frozen)),
        ("highest layer after, s", static result => Time(result, NarrowMetric.LayerFirst)),
        ("in it 5–20 s, %", static result => Cell(result, NarrowMetric.ShareBefore, isWorstLeast: true)),
        ("drop: left after, s", static result => Time(result, NarrowMetric.LayerFits)),
        ("queue short after, s", static result => Time(result, NarrowMetric.QueueShort)),
        ("shown of capacity, %", static result => Cell(result, NarrowMetric.UsefulNarrow, isWorstLeast: true)),
        ("opening: estimate at 85 % after, s", static result => Time(result, NarrowMetric.EstimateBack)),
        ("highest layer back after, s", static result => Time(result, NarrowMetric.LayerBack)),
        ("in it 40–60 s, %", static result => Cell(result, NarrowMetric.HighestShare, isWorstLeast: true)),
        ("shown of capacity, %", static result => Cell(result, NarrowMetric.UsefulOpen, isWorstLeast: true)),
        ("changes of layer from 22 s on", static result => Cell(result, NarrowMetric.Changes)),
        ("queue from 20 s on: mean, 95th, ms", static result => $"{Median(result, NarrowMetric.QueueMean)}, {Median(result, NarrowMetric.QueueP95)}"),
        ("no room", static result => Cell(result, NarrowMetric.NoRoom)),
        ("received, not shown, %", static result => Cell(result, NarrowMetric.Overhead)),
        ("lost; repaired, %", static result => $"{Median(result, NarrowMetric.Lost)}; {Median(result, NarrowMetric.Repaired)}"),
    ];

    public static string Write(BenchReport report)
    {
        var results = report.Results.Where(static result => result.Case.Scenario == NarrowScenario.ScenarioName).ToArray();
        var latest = results.Max(static result => result[NarrowMetric.LatestFrame]?.Max ?? 0);
        var asked = results.Sum(static result => result.Runs.Sum(static run => run[NarrowMetric.AskedOfCamera] ?? 0));
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{report.Machine}. Median of {report.Options.Runs} runs, in brackets the worst. Of the cameras' packets {asked:0} were asked for again; a camera was late by {latest:0} ms at most.");
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"| | | {string.Join(" | ", s_columns.Select(static column => column.Title))} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"|---|---|{string.Concat(s_columns.Select(static _ => "---|"))}");
        foreach (var @case in results.GroupBy(static result => result.Case.Label))
        {
            foreach (var result in @case)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"| {@case.Key} | {result.Case.Subject} | {string.Join(" | ", s_columns.Select(column => column.Cell(result)))} |");
            }
        }

        return text.ToString();
    }

    private static string Time(CaseResult result, Metric metric) => Cell(result, metric, isWorstLeast: false, static seconds => seconds >= Never);

    private static string Cell(CaseResult result, Metric metric, bool isWorstLeast = false, Func<double, bool>? isNever = null)
    {
        if (result[metric] is not { } spread)
        {
            return "–";
        }

        var worst = isWorstLeast ? spread.Min : spread.Max;
        return result.Runs.Count > 1 ? $"{One(spread.Median)} ({One(worst)})" : One(spread.Median);

        string One(double value) => isNever?.Invoke(value) == true ? "never" : ConsoleReport.Format(metric, value);
    }

    private static string Median(CaseResult result, Metric metric) => result[metric] is { } spread ? ConsoleReport.Format(metric, spread.Median) : "–";

    /// <summary>Over all runs.</summary>
    private static string Sum(CaseResult result, Metric metric) => ConsoleReport.Format(metric, result.Runs.Sum(run => run[metric] ?? 0));
}
