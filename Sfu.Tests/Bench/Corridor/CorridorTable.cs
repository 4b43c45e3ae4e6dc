using System.Globalization;
using System.Text;
using Sfu.Tests.Support.Network;
using static System.FormattableString;

namespace Sfu.Bench.Corridor;

/// <summary>What many calls through the corridor have shown, for each codec and loss and together; below it each freeze and each late estimate. Markdown.</summary>
internal static class CorridorTable
{
    private const double LongGapMs = 400;
    private const double GapMs = 200;

    private static readonly (string Title, Func<CorridorTotals, string> Cell)[] s_columns =
    [
        ("calls", static all => Invariant($"{all.Calls}")),
        ("with a freeze over 500 ms", static all => Invariant($"{all.FrozenCalls}")),
        ("freezes: drop, narrow, other", static all =>
            Invariant($"{all.CountGaps(CorridorFigures.FreezeMs, CorridorPart.Drop)}, {all.CountGaps(CorridorFigures.FreezeMs, CorridorPart.Narrow)}, {all.CountGaps(CorridorFigures.FreezeMs, CorridorPart.Other)}")),
        ("longest, ms", static all => Invariant($"{all.LongestMs:0}")),
        ("gaps over 400 ms: drop, narrow, other", static all =>
            Invariant($"{all.CountGaps(LongGapMs, CorridorPart.Drop)}, {all.CountGaps(LongGapMs, CorridorPart.Narrow)}, {all.CountGaps(LongGapMs, CorridorPart.Other)}")),
        ("over 200 ms", static all => Invariant($"{all.CountGaps(GapMs)}")),
        ("queue over 100 ms later than 2 s", static all => Invariant($"{all.LateDrains}")),
        ("later than 5 s to 85 %", static all => double.IsNaN(all.RiseSeconds) ? "–" : Invariant($"{all.LateCalls}")),
        ("mean, s", static all => double.IsNaN(all.RiseSeconds) ? "–" : Invariant($"{all.RiseSeconds:0.0}")),
        ("spatial changes in the narrow phase", static all => Invariant($"{all.NarrowChanges:0.0}")),
        ("middle layer there, %", static all => Invariant($"{100 * all.MiddleShare:0}")),
        ("queue there: mean, 95th, ms", static all => Invariant($"{all.QueueMeanMs:0}, {all.Queue95Ms:0}")),
        ("shown of capacity, drop to opening, %", static all => Invariant($"{100 * all.ShownOfCapacity:0.0}")),
        ("sent again, %", static all => Invariant($"{100 * all.RepeatedShare:0.0}")),
        ("received, not shown, %", static all => Invariant($"{100 * all.NotShownShare:0.0}")),
    ];

    public static string Write(CorridorSeries series, IReadOnlyList<CorridorCall> calls)
    {
        var times = series.Times;
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"\nCorridor, seeds {series.FirstSeed} to {series.LastSeed}, calls of {times.End:0.#} s{(series.Burst > 1 ? Invariant($", losses in bursts of {series.Burst}") : "")}; drop: from {times.Drop - CorridorTimes.AroundDropFrom:0.#} to {times.Drop + CorridorTimes.AroundDropTo:0.#} s, narrow: from there to {times.NarrowUntil:0.#} s\n");
        text.AppendLine(CultureInfo.InvariantCulture, $"| | {string.Join(" | ", s_columns.Select(static column => column.Title))} |");
        text.AppendLine(CultureInfo.InvariantCulture, $"|---|{string.Concat(s_columns.Select(static _ => "---:|"))}");
        foreach (var loss in calls.GroupBy(static call => call.Loss))
        {
            foreach (var kind in loss.GroupBy(static call => call.Camera))
            {
                AppendRow(text, $"{kind.Key}, {Percent(loss.Key)}", kind);
            }

            AppendRow(text, $"all, {Percent(loss.Key)}", loss);
        }

        if (series.Losses.Count > 1)
        {
            AppendRow(text, "all", calls);
        }

        text.AppendLine();
        foreach (var call in calls)
        {
            AppendCall(text, call);
        }

        return text.ToString();
    }

    private static void AppendRow(StringBuilder text, string label, IEnumerable<CorridorCall> calls)
    {
        var totals = new CorridorTotals([.. calls.Select(static call => call.Figures)]);
        text.AppendLine($"| {label} | {string.Join(" | ", s_columns.Select(column => column.Cell(totals)))} |");
    }

    private static void AppendCall(StringBuilder text, CorridorCall call)
    {
        var figures = call.Figures;
        foreach (var (at, ms) in figures.Freezes)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"froze: {call.Camera}, {Percent(call.Loss)}, seed {call.Seed}: {ms:0} ms from {at:0.00} s on ({figures.Times.PartAt(at)})");
        }

        if (figures.RiseSeconds > CorridorFigures.LateSeconds)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"late: {call.Camera}, {Percent(call.Loss)}, seed {call.Seed}: {figures.RiseSeconds:0.0} s");
        }
    }

    private static string Percent(double share) => Invariant($"{100 * share:0.#} %");
}
