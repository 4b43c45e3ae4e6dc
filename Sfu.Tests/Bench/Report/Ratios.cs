using System.Globalization;
using Sfu.Bench.Measure;

namespace Sfu.Bench.Report;

/// <summary>
/// CPU per packet of the node against the C program's, and of mediasoup and Janus against the node's, of medians of the same run. Where it
/// was measured how much each can do at most, packets per second of the node against the others'.
/// </summary>
internal static class Ratios
{
    public static IEnumerable<string> Of(BenchReport report)
    {
        foreach (var result in report.Results.Where(static result => result.Case.Subject == Case.Node))
        {
            if (result.Case.IsCapacity)
            {
                foreach (var other in (string[])[Case.Limit, Case.Mediasoup])
                {
                    if (Between(report, result.Case, Case.Node, other, Metric.PacketsPerSecond) is { } times)
                    {
                        yield return string.Create(CultureInfo.InvariantCulture, $"{result.Case}: packets per second, node / {other} = {times:0.00}");
                    }
                }

                continue;
            }

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

    /// <summary>Of CPU per packet; null when one of the two was not measured.</summary>
    public static double? Between(BenchReport report, Case @case, string above, string below) => Between(report, @case, above, below, Metric.Cpu);

    /// <summary>Null when one of the two was not measured.</summary>
    public static double? Between(BenchReport report, Case @case, string above, string below, Metric metric) =>
        report.Find(@case with { Subject = above })?[metric] is { } a && report.Find(@case with { Subject = below })?[metric] is { } b
            ? a.Median / b.Median
            : null;
}
