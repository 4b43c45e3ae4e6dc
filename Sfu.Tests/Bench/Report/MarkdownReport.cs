using System.Globalization;
using System.Text;
using Sfu.Bench.Measure;
using Sfu.Bench.Scenarios;

namespace Sfu.Bench.Report;

/// <summary>The report as tables for the README, without the narrow paths, which have a place of their own.</summary>
internal static class MarkdownReport
{
    /// <summary>With more cases than this of a scenario each is a row; with fewer each is a column.</summary>
    private const int MaxColumns = 3;

    /// <summary>Of scenarios in which media flows: what is worth a reader's time.</summary>
    private static readonly Metric[] s_flow =
    [
        Metric.PacketsPerSecond, Metric.Loss, Metric.Cpu, Metric.MediaCpu, Metric.DelayP50, Metric.DelayP99, Metric.DelayP999, Metric.Allocated,
        Metric.ResidentPerSubscriber,
    ];

    /// <summary>The README's places for them. A run that shows nothing of a place leaves it as it is.</summary>
    public static IReadOnlyList<(string Place, Func<Case, bool> Holds)> Places { get; } =
    [
        ("fan-out", static @case => @case.IsFanOut),
        ("capacity", static @case => @case.IsCapacity),
        ("scenarios", static @case => @case is { IsFanOut: false, IsCapacity: false, Scenario: not NarrowScenario.ScenarioName }),
    ];

    /// <param name="report">All of it.</param>
    /// <param name="holds">What of it is written.</param>
    /// <param name="plot">Path of the plot as the README names it; null: none.</param>
    public static string Write(BenchReport report, Func<Case, bool> holds, string? plot)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"{report.Machine}. Median of {report.Options.Runs} runs of {report.Options.Seconds} s, in brackets the least and the greatest. Media threads of the node: {(report.Options.MediaThreads == 0 ? "one per core" : report.Options.MediaThreads)}; the C program and mediasoup's worker have one thread each.");
        foreach (var scenario in report.Results.Where(result => holds(result.Case)).GroupBy(static result => result.Case.Scenario))
        {
            text.AppendLine().AppendLine($"**{scenario.Key}**").AppendLine();
            CaseResult[] results = [.. scenario];
            if (results[0].Case.IsCapacity)
            {
                WriteCapacity(text, report, results);
            }
            else if (results[0].Case.IsFanOut)
            {
                WriteComparison(text, report, results);
            }
            else if (results.Length > MaxColumns)
            {
                WriteRows(text, results);
            }
            else
            {
                WriteColumns(text, results);
            }
        }

        if (plot is not null)
        {
            text.AppendLine().AppendLine($"![CPU per forwarded packet against fan-out]({plot})");
        }

        return text.ToString();
    }

    private static void WriteComparison(StringBuilder text, BenchReport report, CaseResult[] results)
    {
        text.AppendLine("| CPU per packet, µs | node | its media threads | C program | mediasoup | Janus | node / C | mediasoup / node | Janus / node | node: loss, % | node: delay p50, p99, µs |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var @case in results.Select(static result => result.Case with { Subject = Case.Node }).Distinct())
        {
            var node = report.Find(@case);
            text.AppendLine(CultureInfo.InvariantCulture, $"| {@case.Label} {@case.Suite} | {Cell(node, Metric.Cpu)} | {Cell(node, Metric.MediaCpu)} | {Cell(report.Find(@case with { Subject = Case.Limit }), Metric.Cpu)} | {Cell(report.Find(@case with { Subject = Case.Mediasoup }), Metric.Cpu)} | {Cell(report.Find(@case with { Subject = Case.Janus }), Metric.Cpu)} | {Ratio(report, @case, Case.Node, Case.Limit)} | {Ratio(report, @case, Case.Mediasoup, Case.Node)} | {Ratio(report, @case, Case.Janus, Case.Node)} | {Median(node, Metric.Loss)} | {Median(node, Metric.DelayP50)}, {Median(node, Metric.DelayP99)} |");
        }
    }

    private static void WriteCapacity(StringBuilder text, BenchReport report, CaseResult[] results)
    {
        text.AppendLine("| packets/s at most; CPU per packet there, µs | node | C program | mediasoup | node / C | node / mediasoup | CPU of the load side beside the node, % of a core |");
        text.AppendLine("|---|---|---|---|---|---|---|");
        foreach (var @case in results.Select(static result => result.Case with { Subject = Case.Node }).Distinct())
        {
            string[] cells =
            [
                $"{@case.Label} {@case.Suite}",
                .. ((string[])[Case.Node, Case.Limit, Case.Mediasoup]).Select(subject => Most(report.Find(@case with { Subject = subject }))),
                .. ((string[])[Case.Limit, Case.Mediasoup]).Select(other => Ratio(report, @case, Case.Node, other, Metric.PacketsPerSecond)),
                Median(report.Find(@case), Metric.LoadCpu),
            ];
            text.AppendLine($"| {string.Join(" | ", cells)} |");
        }

        static string Most(CaseResult? result) =>
            result is null ? "–" : $"{Cell(result, Metric.PacketsPerSecond)}; {Median(result, Metric.Cpu)}";
    }

    private static void WriteRows(StringBuilder text, CaseResult[] results)
    {
        var metrics = MetricsOf(results);
        text.AppendLine($"| | {string.Join(" | ", metrics.Select(Title))} |");
        text.AppendLine($"|---|{string.Concat(metrics.Select(static _ => "---|"))}");
        foreach (var result in results)
        {
            text.AppendLine($"| {result.Case.Label} | {string.Join(" | ", metrics.Select(metric => Cell(result, metric)))} |");
        }
    }

    private static void WriteColumns(StringBuilder text, CaseResult[] results)
    {
        text.AppendLine($"| | {string.Join(" | ", results.Select(static result => result.Case.Label))} |");
        text.AppendLine($"|---|{string.Concat(results.Select(static _ => "---|"))}");
        foreach (var metric in MetricsOf(results))
        {
            text.AppendLine($"| {Title(metric)} | {string.Join(" | ", results.Select(result => Cell(result, metric)))} |");
        }
    }

    private static Metric[] MetricsOf(CaseResult[] results)
    {
        var all = results.SelectMany(static result => result.Metrics).Distinct().ToArray();
        return all.Contains(Metric.Cpu) ? [.. s_flow.Where(all.Contains)] : all;
    }

    private static string Title(Metric metric) => metric.Unit.Length > 0 ? $"{metric.Name.Trim()}, {metric.Unit}" : metric.Name.Trim();

    private static string Cell(CaseResult? result, Metric metric) => result?[metric] is { } spread
        ? result.Runs.Count > 1 ? ConsoleReport.Format(metric, spread) : ConsoleReport.Format(metric, spread.Median)
        : "–";

    private static string Median(CaseResult? result, Metric metric) => result?[metric] is { } spread ? ConsoleReport.Format(metric, spread.Median) : "–";

    private static string Ratio(BenchReport report, Case @case, string above, string below) => Ratio(report, @case, above, below, Metric.Cpu);

    private static string Ratio(BenchReport report, Case @case, string above, string below, Metric metric) =>
        Ratios.Between(report, @case, above, below, metric) is { } ratio ? ratio.ToString("0.00", CultureInfo.InvariantCulture) : "–";
}
