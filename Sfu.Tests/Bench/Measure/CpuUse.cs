namespace Sfu.Bench.Measure;

/// <summary>CPU time between two samples.</summary>
/// <param name="ByThreadName">In ns.</param>
/// <param name="Turns">How often any thread got a CPU: wake-ups, and the ends of others' turns.</param>
internal sealed record CpuUse(IReadOnlyDictionary<string, long> ByThreadName, long Turns)
{
    private const string MediaThreads = "sfu-media";

    /// <summary>The runtime's background compiler (tiered compilation), as the kernel abbreviates its name.</summary>
    private const string Compiler = ".NET Tiered";

    public static CpuUse None { get; } = new(new Dictionary<string, long>(), 0);

    public long TotalNs => ByThreadName.Values.Sum();

    /// <summary>Of the threads that forward packets; a program that is nothing else is all of it.</summary>
    public long MediaNs => Of(MediaThreads);

    public long CompilerNs => Of(Compiler);

    public static CpuUse operator +(CpuUse a, CpuUse b) => new(
        a.ByThreadName.Concat(b.ByThreadName).GroupBy(static thread => thread.Key).ToDictionary(static name => name.Key, static name => name.Sum(static thread => thread.Value)),
        a.Turns + b.Turns);

    private long Of(string prefix) => ByThreadName.Where(thread => thread.Key.StartsWith(prefix, StringComparison.Ordinal)).Sum(static thread => thread.Value);
}
