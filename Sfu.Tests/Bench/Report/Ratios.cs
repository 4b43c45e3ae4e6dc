using System.Globalization;
using Sfu.Bench.Measure;

namespace Sfu.Bench.Report;

/// <summary>CPU per packet of the node against the C program's, and of mediasoup and Janus against the node's, of medians of the same run.</summary>
internal static class Ratios
{
    public static IEnumerable<string> Of(BenchReport report)
    {
        foreach (var result in report.Results.Where(static result => result.Case.Subject == Case.Node))
        {
            if (Between(report, result.Case, Case.Node, Case.Limit) is { } toLimit)
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{result.Case}: node / limit = {toLimit:0.00}");
            }

            foreach (var rival in (string[])[Case.Mediasoup, Case.Janus])
            {
                if (Between(report, result.Case, rival, Case.Node) is { } ofRival)
                {
                    yield return string.Create(CultureInfo.InvariantCulture, $"{result.Case}: {rival} / node = {ofRival:0.00}");
                }
            }
        }
    }

    /// <summary>Null when one of the two was not measured.</summary>
    public static double? Between(BenchReport report, Case @case, string above, string below) =>
        report.Find(@case with { Subject = above })?[Metric.Cpu] is { } a && report.Find(@case with { Subject = below })?[Metric.Cpu] is { } b
            ? a.Median / b.Median
            : null;
}
