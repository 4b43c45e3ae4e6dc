using Sfu.Bench.Load;
using Sfu.Bench.Node;

namespace Sfu.Bench.Measure;

/// <summary>What forwarding has cost over one or more windows.</summary>
/// <param name="Seconds">Of media flowing.</param>
/// <param name="Packets">That were sent and came back.</param>
/// <param name="Use">CPU of who forwards.</param>
/// <param name="LoadNs">CPU of the load side.</param>
/// <param name="SignalingNs">CPU of a process beside that only tells who forwards what to do.</param>
/// <param name="Allocated">By a node.</param>
internal sealed record FlowCost(double Seconds, LoadCounters Packets, CpuUse Use, long LoadNs, long SignalingNs, FlowCost.Garbage Allocated)
{
    public static FlowCost None { get; } = new(0, default, CpuUse.None, 0, 0, default);

    public static FlowCost operator +(FlowCost a, FlowCost b) => new(
        a.Seconds + b.Seconds, a.Packets + b.Packets, a.Use + b.Use, a.LoadNs + b.LoadNs, a.SignalingNs + b.SignalingNs, a.Allocated + b.Allocated);

    public void Tell(Measurement into, bool isNode, bool withSignaling)
    {
        into.Add(Metric.PacketsPerSecond, Packets.Received / Seconds);
        into.Add(Metric.Expected, Packets.Expected);
        into.Add(Metric.Received, Packets.Received);
        into.Add(Metric.Loss, Packets.Expected == 0 ? 0 : 100.0 * (Packets.Expected - Packets.Received) / Packets.Expected);
        into.Add(Metric.Cpu, PerPacket(Use.TotalNs));
        if (isNode)
        {
            into.Add(Metric.MediaCpu, PerPacket(Use.MediaNs));
            into.Add(Metric.OtherCpu, PerPacket(Use.TotalNs - Use.MediaNs));
            into.Add(Metric.Allocated, Allocated.Bytes / 1024.0);
            into.Add(Metric.Collections, Allocated.Collections);
        }

        if (withSignaling)
        {
            into.Add(Metric.SignalingCpu, PerPacket(SignalingNs));
        }

        into.AddThreads(Use, Seconds);
        into.Add(Metric.Verified, Packets.Verified);
        into.Add(Metric.LoadCpu, 100 * LoadNs / 1e9 / Seconds);
        if (Packets.Forged > 0 || Packets.Skipped > 0 || Packets.Refused > 0)
        {
            Console.WriteLine($"    the load side: {Packets}");
        }
    }

    private double PerPacket(long ns) => ns / 1e3 / Packets.Received;

    /// <summary>What a node's runtime has allocated, and how often it has collected its youngest.</summary>
    internal readonly record struct Garbage(long Bytes, int Collections)
    {
        public static Garbage operator +(Garbage a, Garbage b) => new(a.Bytes + b.Bytes, a.Collections + b.Collections);

        public static Garbage Between(RuntimeFigures earlier, RuntimeFigures later) =>
            new(later.AllocatedBytes - earlier.AllocatedBytes, later.Gen0Collections - earlier.Gen0Collections);
    }
}
