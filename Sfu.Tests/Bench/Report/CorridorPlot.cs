using System.Globalization;
using System.Text;
using Sfu.Tests.Support.Network;

namespace Sfu.Bench.Report;

/// <summary>Estimate against capacity over time, the layer forwarded and the queue below, a panel for each run; as SVG.</summary>
internal static class CorridorPlot
{
    private const double Width = 860;
    private const double Left = 70;
    private const double Right = 20;
    private const double RatesHeight = 150;
    private const double LayerHeight = 14;
    private const double QueueHeight = 40;
    private const double PanelHeight = RatesHeight + LayerHeight + QueueHeight + 70;
    private const double MinRate = 100_000;
    private const double MaxRate = 20_000_000;
    private const double MaxQueueMs = 300;

    private static readonly string[] s_layers = ["#c5dff8", "#6faee8", "#1668b8"];

    /// <param name="panels">Each a run.</param>
    /// <param name="columns">How many stand side by side.</param>
    public static string Draw(IReadOnlyList<(string Title, IReadOnlyList<CorridorSample> Samples)> panels, int columns = 1)
    {
        var rows = (panels.Count + columns - 1) / columns;
        var height = (PanelHeight * rows) + 30;
        var width = Width * columns;
        var svg = new StringBuilder();
        svg.AppendLine(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">
            <rect width="{width}" height="{height}" fill="white"/>
            """);
        for (var i = 0; i < panels.Count; i++)
        {
            svg.AppendLine(CultureInfo.InvariantCulture, $"<g transform=\"translate({i % columns * Width} 0)\">");
            DrawPanel(svg, panels[i].Title, panels[i].Samples, 30 + (i / columns * PanelHeight));
            svg.AppendLine("</g>");
        }

        svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{Left}" y="{height - 10}" fill="#777" font-size="10">grey: capacity, blue: estimate, green: received, where known; strip: spatial layer forwarded (shown, where received is known), darker is higher, white is none; red: queue at the bottleneck, up to {MaxQueueMs} ms</text>""");
        return svg.AppendLine("</svg>").ToString();
    }

    private static void DrawPanel(StringBuilder svg, string title, IReadOnlyList<CorridorSample> samples, double top)
    {
        var end = samples[^1].Seconds;
        svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{Left}" y="{top - 8}" font-size="14">{title}</text>""");
        foreach (var rate in (double[])[100_000, 500_000, 2_000_000, 10_000_000])
        {
            var y = top + Rate(rate);
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<line x1="{Left}" y1="{y:0.#}" x2="{Width - Right}" y2="{y:0.#}" stroke="#eee"/><text x="{Left - 6}" y="{y + 4:0.#}" text-anchor="end">{rate / 1e6:0.#} Mbit/s</text>""");
        }

        var queueTop = top + RatesHeight + LayerHeight + 8;
        Polyline(svg, samples, "#999", s => (X(s.Seconds, end), top + Rate(s.Capacity)));
        Polyline(svg, samples.Where(static s => s.Received > 0), "#2e7d32", s => (X(s.Seconds, end), top + Rate(s.Received)));
        Polyline(svg, samples.Where(static s => s.Estimate > 0), "#1668b8", s => (X(s.Seconds, end), top + Rate(s.Estimate)));
        Polyline(svg, samples, "#c62828", s => (X(s.Seconds, end), queueTop + QueueHeight - (QueueHeight * Math.Min(s.QueueMs, MaxQueueMs) / MaxQueueMs)));
        for (var first = 0; first < samples.Count;)
        {
            var (from, spatial, next) = (samples[first].Seconds - 0.1, samples[first].Spatial, first + 1);
            while (next < samples.Count && samples[next].Spatial == spatial)
            {
                next++;
            }

            if (spatial >= 0)
            {
                var width = X(samples[next - 1].Seconds, end) - X(from, end);
                svg.AppendLine(CultureInfo.InvariantCulture, $"""<rect x="{X(from, end):0.#}" y="{top + RatesHeight + 2}" width="{width:0.##}" height="{LayerHeight}" fill="{s_layers[Math.Min(spatial, 2)]}"/>""");
            }

            first = next;
        }

        for (var second = 0; second <= end; second += 10)
        {
            svg.AppendLine(CultureInfo.InvariantCulture, $"""<text x="{X(second, end):0.#}" y="{queueTop + QueueHeight + 16}" text-anchor="middle">{second} s</text>""");
        }
    }

    private static void Polyline(StringBuilder svg, IEnumerable<CorridorSample> samples, string color, Func<CorridorSample, (double X, double Y)> place)
    {
        svg.Append("<polyline points=\"");
        foreach (var (x, y) in samples.Select(place))
        {
            svg.Append(CultureInfo.InvariantCulture, $"{x:0.#},{y:0.#} ");
        }

        svg.AppendLine(CultureInfo.InvariantCulture, $"\" fill=\"none\" stroke=\"{color}\" stroke-width=\"1.5\"/>");
    }

    private static double X(double seconds, double end) => Left + ((Width - Left - Right) * seconds / end);

    private static double Rate(double bitsPerSecond) =>
        RatesHeight * (1 - (Math.Log(Math.Clamp(bitsPerSecond, MinRate, MaxRate) / MinRate) / Math.Log(MaxRate / MinRate)));
}
