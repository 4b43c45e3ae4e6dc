using Sfu.Bench.Measure;

namespace Sfu.Bench.Narrow;

/// <summary>What is measured behind a narrow path. Times that are as long as the path stays so mean that it did not happen.</summary>
internal static class NarrowMetric
{
    public static readonly Metric LongestFreeze = new("longest freeze", "ms", 0);
    public static readonly Metric Freezes200 = new("freezes over 200 ms", "", 0);
    public static readonly Metric Freezes500 = new("freezes over 500 ms", "", 0);
    public static readonly Metric Frozen = new("frozen in all", "s", 1);
    public static readonly Metric LayerFirst = new("highest layer after the start", "s", 1);
    public static readonly Metric ShareBefore = new("time with the highest layer, 5 to 20 s", "%", 0);
    public static readonly Metric LayerFits = new("highest layer given up after the drop", "s", 1);
    public static readonly Metric QueueShort = new("queue under 100 ms after the drop", "s", 1);
    public static readonly Metric EstimateBack = new("estimate at 85 % after the opening", "s", 1);
    public static readonly Metric LayerBack = new("highest layer back after the opening", "s", 1);
    public static readonly Metric HighestShare = new("time with the highest layer, 40 to 60 s", "%", 0);
    public static readonly Metric Changes = new("changes of the layer from 22 s on", "", 0);
    public static readonly Metric QueueMean = new("queue from 20 s on, mean", "ms", 0);
    public static readonly Metric QueueP95 = new("queue from 20 s on, 95th percentile", "ms", 0);
    public static readonly Metric NoRoom = new("packets that found no room", "", 0);
    public static readonly Metric UsefulNarrow = new("shown of the capacity, 20 to 40 s", "%", 0);
    public static readonly Metric UsefulOpen = new("shown of the capacity, 40 to 60 s", "%", 0);
    public static readonly Metric Overhead = new("received and not shown", "%", 1);
    public static readonly Metric Lost = new("packets lost", "", 0);
    public static readonly Metric Repaired = new("of these repaired", "%", 1);
    public static readonly Metric LatestFrame = new("camera late by at most", "ms", 1);
    public static readonly Metric LatestFrameAt = new("camera latest at", "s", 1);
    public static readonly Metric AskedOfCamera = new("packets asked of the camera again", "", 0);
}
