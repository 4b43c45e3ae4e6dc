using System.Globalization;

namespace Sfu.Bench.Measure;

/// <summary>Physical memory of a process and of those that it has started.</summary>
internal static class ProcessMemory
{
    /// <summary>VmRSS of <c>/proc/PID/status</c>, in bytes, summed up.</summary>
    public static long ResidentBytes(int process) => ProcessFamily.Of(process).Sum(OfOne);

    private static long OfOne(int process)
    {
        var line = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/status"))
            .First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.AsSpan(6).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture) * 1024;
    }
}
