using System.Globalization;

namespace Sfu.Bench.Measure;

/// <summary>Physical memory of a process and of those that it has started.</summary>
internal static class ProcessMemory
{
    private const string HexDigits = "0123456789abcdef";

    /// <summary>VmRSS of <c>/proc/PID/status</c>, in bytes, summed up.</summary>
    public static long ResidentBytes(int process) => ProcessFamily.Of(process).Sum(static one =>
        KilobytesOf(File.ReadLines(PathOf(one, "status")).First(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal))) * 1024);

    /// <summary>
    /// The same, but what several have mapped of a file counts once, as the machine holds it once: of each mapping of <c>/proc/PID/smaps</c> (a file from an
    /// offset on) as much as the process has that has most of it. Bytes.
    /// </summary>
    public static long ResidentBytesOnce(int process)
    {
        var own = 0L;
        var ofFiles = new Dictionary<(string Inode, string Offset), long>();
        foreach (var one in ProcessFamily.Of(process))
        {
            var (inode, offset, resident) = ("0", "0", 0L);
            foreach (var line in File.ReadLines(PathOf(one, "smaps")))
            {
                if (HexDigits.Contains(line[0], StringComparison.Ordinal))
                {
                    // Addresses, permissions, offset, device, inode, path.
                    var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    (inode, offset, resident) = (fields[4], fields[2], 0);
                }
                else if (line.StartsWith("Rss:", StringComparison.Ordinal))
                {
                    resident = KilobytesOf(line);
                }
                else if (line.StartsWith("Anonymous:", StringComparison.Ordinal))
                {
                    // Pages of a file that were written to are the process's own.
                    var anonymous = inode == "0" ? resident : KilobytesOf(line);
                    own += anonymous;
                    if (inode != "0")
                    {
                        ofFiles[(inode, offset)] = Math.Max(ofFiles.GetValueOrDefault((inode, offset)), resident - anonymous);
                    }
                }
            }
        }

        return (own + ofFiles.Values.Sum()) * 1024;
    }

    private static string PathOf(int process, string file) => string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/{file}");

    private static long KilobytesOf(string line) =>
        long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
