using System.Globalization;
using System.Text;
using Sfu.Bench.Measure;

namespace Sfu.Bench.Report;

/// <summary>CPU per forwarded packet against fan-out, as SVG; both axes logarithmic, bars from the least to the greatest run.</summary>
internal static class Plot
{
    private const double Width = 760;
    private const double Height = 440;
    private const double Left = 70;
    private const double Right = 250;
    private const double Top = 40;
    private const double Bottom = 60;

    private static readonly double[] s_costs = [0.2, 0.5, 1, 2, 5, 10, 20, 50, 100];
    private static readonly (string Subject, string Name, string Color)[] s_subjects =
        [(Case.Node, "node", "#1668b8"), (Case.Limit, "C program", "#2e7d32"), (Case.Mediasoup, "mediasoup", "#8e24aa"), (Case.Janus, "Janus", "#c62828")];

    /// <returns>False when there is nothing to draw.</returns>
    public static bool TryWrite(BenchReport report, string path)
    {
        var results = report.Results.Where(static result => result.Case.FanOut > 0 && result.Case.Scenario == Case.FanOutScenario && result[Metric.Cpu] is not null).ToArray();
        if (results.Length == 0)
        {
            return false;
        }

        var spreads = results.Select(static result => result[Metric.Cpu]!.Value).ToArray();
        var axes = new Axes(
            results.Max(static result => result.Case.FanOut),
            s_costs.LastOrDefault(cost => cost <= spreads.Min(static spread => spread.Min), s_costs[0]),
            s_costs.FirstOrDefault(cost => cost >= spreads.Max(static spread => spread.Max), s_costs[^1]));
        var svg = new StringBuilder();
        svg.AppendLine(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Width} {Height}" font-family="sans-serif" font-size="12">
            <rect width="{Width}" height="{Height}" fill="white"/>
            <text x="{Left}" y="20" font-size="14">CPU per forwarded packet (1,200-byte payload) against subscribers of one publisher</text>
            """);
        WriteGrid(svg, axes, [.. results.Select(static result => result.Case.FanOut).Distinct()]);
        var legend = Top + 10;
        foreach (var line in results.GroupBy(static result => (result.Case.Subject, result.Case.Suite)))
        {
            WriteLine(svg, axes, line.Key.Subject, line.Key.Suite, [.. line.OrderBy(static result => result.Case.FanOut)], legend);
            legend += 22;
        }

        svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{Left}" y="{Height - 8}" fill="#777" font-size="10">{Escape($"{report.Machine.Cpu}, {report.Machine.Cores} cores, {report.Machine.Kernel}, {report.Machine.Runtime}, {report.Machine.Date}; median of {report.Options.Runs} runs, bars: least and greatest")}</text>""");
        svg.AppendLine("</svg>");
        File.WriteAllText(path, svg.ToString());
        return true;
    }

    private static void WriteGrid(StringBuilder svg, Axes axes, int[] fanOuts)
    {
        foreach (var cost in s_costs.Where(cost => cost >= axes.MinCost && cost <= axes.MaxCost))
        {
            var y = axes.Y(cost);
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<line x1="{Left}" y1="{y:0.#}" x2="{Width - Right}" y2="{y:0.#}" stroke="#ddd"/><text x="{Left - 8}" y="{y + 4:0.#}" text-anchor="end">{cost} µs</text>""");
        }

        foreach (var fanOut in fanOuts)
        {
            var x = axes.X(fanOut);
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<line x1="{x:0.#}" y1="{Top}" x2="{x:0.#}" y2="{Height - Bottom}" stroke="#eee"/><text x="{x:0.#}" y="{Height - Bottom + 18}" text-anchor="middle">{fanOut}</text>""");
        }
    }

    private static void WriteLine(StringBuilder svg, Axes axes, string subject, string suite, CaseResult[] results, double legend)
    {
        var (_, name, color) = s_subjects.First(entry => entry.Subject == subject);
        var dash = suite.Contains("GCM", StringComparison.Ordinal) ? "" : " stroke-dasharray=\"6 4\"";
        var points = new StringBuilder();
        foreach (var result in results)
        {
            var spread = result[Metric.Cpu]!.Value;
            var x = axes.X(result.Case.FanOut);
            points.Append(CultureInfo.InvariantCulture, $"{x:0.#},{axes.Y(spread.Median):0.#} ");
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<line x1="{x:0.#}" y1="{axes.Y(spread.Min):0.#}" x2="{x:0.#}" y2="{axes.Y(spread.Max):0.#}" stroke="{color}" stroke-width="1"/><circle cx="{x:0.#}" cy="{axes.Y(spread.Median):0.#}" r="3" fill="{color}"/>""");
        }

        svg.AppendLine($"""<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"{dash}/>""");
        var left = Width - Right + 16;
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<line x1="{left}" y1="{legend}" x2="{left + 30}" y2="{legend}" stroke="{color}" stroke-width="2"{dash}/><text x="{left + 36}" y="{legend + 4}">{name}, {Short(suite)}</text>""");
    }

    private static string Short(string suite) => suite.Replace("AES_CM_128_HMAC_", "CM_128_", StringComparison.Ordinal).Replace("AEAD_", "", StringComparison.Ordinal);

    private static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);

    /// <summary>From figures to points.</summary>
    private readonly record struct Axes(int MaxFanOut, double MinCost, double MaxCost)
    {
        public double X(int fanOut) => Left + ((Width - Right - Left) * Math.Log(fanOut) / Math.Max(Math.Log(MaxFanOut), 1));

        public double Y(double cost) =>
            Height - Bottom - ((Height - Bottom - Top) * Math.Log(cost / MinCost) / Math.Log(MaxCost > MinCost ? MaxCost / MinCost : Math.E));
    }
}
