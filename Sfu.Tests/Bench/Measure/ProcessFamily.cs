using System.Globalization;

namespace Sfu.Bench.Measure;

/// <summary>Which processes a process has started, by <c>/proc/PID/task/*/children</c>.</summary>
internal static class ProcessFamily
{
    /// <summary>The process first, then all that come of it.</summary>
    public static IEnumerable<int> Of(int process) => Children(process).SelectMany(Of).Prepend(process);

    public static IEnumerable<int> Children(int process)
    {
        var folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task");
        return Directory.EnumerateDirectories(folder)
            .SelectMany(static task => Read(Path.Combine(task, "children"), ' '))
            .Select(static id => int.Parse(id, CultureInfo.InvariantCulture))
            .ToArray();
    }

    /// <summary>As the kernel abbreviates them.</summary>
    public static IEnumerable<string> ThreadNames(int process) =>
        Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task"))
            .SelectMany(static task => Read(Path.Combine(task, "comm"), '\n'));

    /// <summary>Nothing for a thread that has ended, and on kernels that do not list children.</summary>
    private static string[] Read(string file, char between)
    {
        try
        {
            return File.ReadAllText(file).Split(between, StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }
}
