using Sfu.Bench.Measure;
using Sfu.Tests.Support.Network;

namespace Sfu.Bench.Narrow;

/// <summary>The figures of a call through <see cref="Corridors.Narrowing"/>.</summary>
internal static class NarrowFigures
{
    /// <summary>When the path gets narrow, in seconds.</summary>
    private const double Drop = 20;

    /// <summary>Time to rise to what the open path carries.</summary>
    private const double Risen = 5;

    /// <summary>When it opens again.</summary>
    private const double Opening = 40;

    private const double End = 60;

    /// <summary>It does not fit from the drop to the opening.</summary>
    private const int HighestLayer = 2;

    private const double FreezeMs = 200;

    /// <summary>A layer counts when it has stayed for a second.</summary>
    private const int StaysSamples = 10;

    public static Measurement Of(NarrowCall call)
    {
        var client = call.Client;
        var freezes = client.Gaps.Select(static gap => gap.Ms).Where(static ms => ms > FreezeMs).ToArray();
        var queue = call.Queue.Where(static entry => entry.Seconds > Drop).Select(static entry => entry.Ms).Order().ToArray();
        var measurement = new Measurement();
        measurement.Add(NarrowMetric.LongestFreeze, freezes.DefaultIfEmpty().Max());
        measurement.Add(NarrowMetric.Freezes200, freezes.Length);
        measurement.Add(NarrowMetric.Freezes500, client.Gaps.Count(static gap => gap.Ms > 500));
        measurement.Add(NarrowMetric.Frozen, freezes.Sum() / 1000);
        measurement.Add(NarrowMetric.LayerFirst, Within(call.Samples.StaysSeconds(0, 0, StaysSamples, static sample => sample.Spatial == HighestLayer), Drop));
        measurement.Add(NarrowMetric.ShareBefore, Share(call, Risen, Drop));
        measurement.Add(NarrowMetric.LayerFits, Within(call.Samples.StaysSeconds(Drop, Drop, StaysSamples, static sample => sample.Spatial < HighestLayer), Opening - Drop));
        measurement.Add(NarrowMetric.QueueShort, Within(call.Samples.DrainedAfterSeconds(Drop), Opening - Drop));
        measurement.Add(NarrowMetric.EstimateBack, Within(call.Samples.FirstSeconds(Opening, static sample => sample.Estimate >= 0.85 * sample.Capacity), End - Opening));
        measurement.Add(NarrowMetric.LayerBack, Within(call.Samples.StaysSeconds(Opening, Opening, StaysSamples, static sample => sample.Spatial == HighestLayer), End - Opening));
        measurement.Add(NarrowMetric.HighestShare, Share(call, Opening, End));
        measurement.Add(NarrowMetric.Changes, call.Samples.Between(Drop + 2, double.PositiveInfinity).SpatialChanges());
        measurement.Add(NarrowMetric.QueueMean, queue.Average());
        measurement.Add(NarrowMetric.QueueP95, queue[queue.Length * 95 / 100]);
        measurement.Add(NarrowMetric.NoRoom, call.Link.Dropped);
        measurement.Add(NarrowMetric.UsefulNarrow, 100 * call.Samples.ShownOfCapacity(Drop, Opening));
        measurement.Add(NarrowMetric.UsefulOpen, 100 * call.Samples.ShownOfCapacity(Opening, End));
        measurement.Add(NarrowMetric.Overhead, 100.0 * (client.BytesReceived - client.BytesShown) / Math.Max(1, client.BytesReceived));
        measurement.Add(NarrowMetric.Lost, client.Tally.Lost);
        if (client.Tally.Lost > 0)
        {
            measurement.Add(NarrowMetric.Repaired, 100.0 * client.Tally.Repaired / client.Tally.Lost);
        }

        measurement.Add(NarrowMetric.LatestFrame, call.LatestFrame.Ms);
        measurement.Add(NarrowMetric.LatestFrameAt, call.LatestFrame.AtSeconds);
        measurement.Add(NarrowMetric.AskedOfCamera, call.AskedOfCamera);
        return measurement;
    }

    /// <summary>Of the time between two times, in percent, with the highest layer.</summary>
    private static double Share(NarrowCall call, double from, double to) =>
        100 * call.Samples.Between(from, to).Share(static sample => sample.Spatial == HighestLayer);

    private static double Within(double seconds, double atMost) => Math.Min(seconds, atMost);
}
