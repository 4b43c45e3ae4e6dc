namespace Sfu.Bench.Measure;

/// <summary>Something that is measured in each run.</summary>
/// <param name="Name">For people and for the saved result.</param>
/// <param name="Unit">Empty for plain numbers.</param>
/// <param name="Decimals">That mean something.</param>
internal sealed record Metric(string Name, string Unit, int Decimals)
{
    public static readonly Metric PacketsPerSecond = new("packets out", "/s", 0);
    public static readonly Metric Expected = new("packets expected", "", 0);
    public static readonly Metric Received = new("packets received", "", 0);
    public static readonly Metric Loss = new("loss", "%", 3);
    public static readonly Metric Cpu = new("CPU per packet", "µs", 3);
    public static readonly Metric MediaCpu = new("CPU per packet, media threads", "µs", 3);
    public static readonly Metric OtherCpu = new("CPU per packet, other threads", "µs", 3);
    public static readonly Metric SignalingCpu = new("CPU per packet, signalling process", "µs", 3);
    public static readonly Metric LoadCpu = new("CPU of the load side", "% of a core", 0);
    public static readonly Metric Verified = new("packets verified", "", 0);
    public static readonly Metric Allocated = new("allocated while forwarding", "KB", 0);
    public static readonly Metric Collections = new("collections while forwarding", "", 0);
    public static readonly Metric DelayP50 = new("delay p50", "µs", 0);
    public static readonly Metric DelayP99 = new("delay p99", "µs", 0);
    public static readonly Metric DelayP999 = new("delay p99.9", "µs", 0);
    public static readonly Metric DelayMax = new("delay max", "µs", 0);
    public static readonly Metric Delays = new("delays recorded", "", 0);
    public static readonly Metric ResidentIdle = new("RSS before", "MB", 1);
    public static readonly Metric Resident = new("RSS while forwarding", "MB", 1);
    public static readonly Metric ResidentPerSubscriber = new("RSS per subscriber", "KB", 1);
}
