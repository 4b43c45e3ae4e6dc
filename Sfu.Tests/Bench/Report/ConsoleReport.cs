using System.Globalization;
using Sfu.Bench.Measure;

namespace Sfu.Bench.Report;

/// <summary>The report for who watches.</summary>
internal static class ConsoleReport
{
    public static void Write(Case @case, int run, Measurement measurement)
    {
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{@case} · {@case.Subject} · run {run} · load average {Machine.LoadNow()}"));
        foreach (var (metric, value) in measurement.Values)
        {
            Console.WriteLine($"    {metric.Name,-32} {Format(metric, value)} {metric.Unit}");
        }
    }

    public static void WriteSummary(BenchReport report)
    {
        Console.WriteLine();
        Console.WriteLine($"{report.Machine}");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{report.Options.Runs} runs of {report.Options.Seconds} s; median [min … max]"));
        foreach (var result in report.Results)
        {
            Console.WriteLine();
            Console.WriteLine($"{result.Case} · {result.Case.Subject}");
            foreach (var metric in result.Metrics)
            {
                if (result[metric] is { } spread)
                {
                    Console.WriteLine($"    {metric.Name,-32} {Format(metric, spread)} {metric.Unit}");
                }
            }
        }

        Console.WriteLine();
        foreach (var ratio in Ratios.Of(report))
        {
            Console.WriteLine(ratio);
        }
    }

    public static string Format(Metric metric, Spread spread) =>
        $"{Format(metric, spread.Median)} [{Format(metric, spread.Min)} … {Format(metric, spread.Max)}]";

    public static string Format(Metric metric, double value) => value.ToString($"N{metric.Decimals}", CultureInfo.InvariantCulture);
}
