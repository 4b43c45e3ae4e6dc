using Sfu.Media.Control;

namespace Sfu.Actors.Cluster;

/// <summary>Turns the media plane's sums into what is going on between two of them.</summary>
/// <param name="countsCpu">False where media threads look for work without sleep: then they always work.</param>
internal sealed class LoadMeter(bool countsCpu)
{
    private MediaLoad? _former;

    /// <summary>The load with what was measured; rates from the second measurement on.</summary>
    public NodeLoad Measure(MediaLoad now, NodeLoad load)
    {
        var former = _former;
        _former = now;
        var threads = Math.Max(1, now.Threads);
        var elapsedUs = former is null ? 0 : now.At.UsSince(former.At);
        if (former is null || elapsedUs <= 0)
        {
            return load with { Threads = threads, Transports = now.Transports };
        }

        var packets = Math.Max(0, now.Packets - former.Packets) * 1_000_000 / elapsedUs;
        var cpu = Math.Max(0, now.CpuTimeUs - former.CpuTimeUs) * 1_000 / (elapsedUs * threads);
        return load with
        {
            Threads = threads,
            Transports = now.Transports,
            PacketsPerSecond = (int)Math.Min(packets, int.MaxValue),
            CpuPermille = countsCpu ? (int)Math.Min(cpu, 1_000) : 0,
        };
    }
}
