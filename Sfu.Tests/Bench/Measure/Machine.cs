using System.Globalization;
using System.Runtime.InteropServices;

namespace Sfu.Bench.Measure;

/// <summary>Where and when figures were taken.</summary>
internal sealed record Machine(string Cpu, int Cores, string Kernel, string Distribution, string Runtime, string Date, string Load)
{
    public static Machine Describe() => new(
        Field("/proc/cpuinfo", "model name", ':') ?? RuntimeInformation.ProcessArchitecture.ToString(),
        Environment.ProcessorCount,
        $"Linux {Read("/proc/sys/kernel/osrelease")}",
        Field("/etc/os-release", "PRETTY_NAME", '=')?.Trim('"') ?? "unknown",
        RuntimeInformation.FrameworkDescription,
        DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) + " UTC",
        string.Join(' ', Read("/proc/loadavg").Split(' ')[..3]));

    /// <summary>The one-minute load average: other work on the machine makes every figure worse.</summary>
    public static string LoadNow() => Read("/proc/loadavg").Split(' ')[0];

    public override string ToString() => $"{Cpu}, {Cores} cores, {Distribution}, {Kernel}, {Runtime}, {Date}, load average at start {Load}";

    private static string Read(string file) => File.Exists(file) ? File.ReadAllText(file).Trim() : "unknown";

    private static string? Field(string file, string name, char separator) => File.Exists(file)
        ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(separator, 2)[1].Trim()
        : null;
}
