namespace Sfu.Bench.Measure;

/// <summary>CPU time between two samples.</summary>
/// <param name="ByThreadName">In ns.</param>
internal sealed record CpuUse(IReadOnlyDictionary<string, long> ByThreadName)
{
    private const string MediaThreads = "sfu-media";

    public long TotalNs => ByThreadName.Values.Sum();

    /// <summary>Of the threads that forward packets; a program that is nothing else is all of it.</summary>
    public long MediaNs => ByThreadName.Where(static thread => thread.Key.StartsWith(MediaThreads, StringComparison.Ordinal)).Sum(static thread => thread.Value);
}
