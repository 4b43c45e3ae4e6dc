using System.Globalization;
using System.Text;
using Sfu.Bench.Measure;
using Sfu.Bench.Narrow;

namespace Sfu.Bench.Report;

/// <summary>The narrow paths' figures, the node beside mediasoup: Markdown.</summary>
internal static class NarrowTable
{
    private static readonly (string Title, Func<CaseResult, string> Cell)[] s_columns =
    [
        ("longest freeze, ms", static result => Cell(result, NarrowMetric.LongestFreeze)),
        ("freezes over 200, 500 ms", static result => $"{Sum(result, NarrowMetric.Freezes200)}, {Sum(result, NarrowMetric.Freezes500)}"),
        ("frozen, s", static result => Cell(result, NarrowMetric.Frozen)),
        ("highest layer left, s", static result => Cell(result, NarrowMetric.LayerFits)),
        ("queue short, s", static result => Cell(result, NarrowMetric.QueueShort)),
        ("estimate at 85 %, s", static result => Cell(result, NarrowMetric.EstimateBack)),
        ("highest layer back, s", static result => Cell(result, NarrowMetric.LayerBack)),
        ("time in it, %", static result => Cell(result, NarrowMetric.HighestShare)),
        ("queue mean, 95th, ms", static result => $"{Median(result, NarrowMetric.QueueMean)}, {Median(result, NarrowMetric.QueueP95)}"),
        ("no room", static result => Cell(result, NarrowMetric.NoRoom)),
        ("shown of capacity, narrow, open, %", static result => $"{Median(result, NarrowMetric.UsefulNarrow)}, {Median(result, NarrowMetric.UsefulOpen)}"),
        ("not shown, %", static result => Median(result, NarrowMetric.Overhead)),
        ("lost, repaired", static result => result[NarrowMetric.Repaired] is null ? "0" : $"{Median(result, NarrowMetric.Lost)}, {Median(result, NarrowMetric.Repaired)} %"),
    ];

    public static string Write(IEnumerable<CaseResult> results)
    {
        var text = new StringBuilder();
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

    /// <summary>The median, and with several seeds the least and the greatest.</summary>
    private static string Cell(CaseResult result, Metric metric) => result[metric] is { } spread
        ? result.Runs.Count > 1 ? ConsoleReport.Format(metric, spread) : ConsoleReport.Format(metric, spread.Median)
        : "–";

    private static string Median(CaseResult result, Metric metric) => result[metric] is { } spread ? ConsoleReport.Format(metric, spread.Median) : "–";

    /// <summary>Over all seeds.</summary>
    private static string Sum(CaseResult result, Metric metric) => ConsoleReport.Format(metric, result.Runs.Sum(run => run[metric] ?? 0));
}
