using System.Globalization;
using Sfu.Media.Net;

namespace Sfu.Tests.Unit.Net;

/// <summary>A thread of this process as the system sees it.</summary>
/// <param name="Id">The system's number of it.</param>
/// <param name="Name">As <c>top -H</c> and <c>perf</c> show it.</param>
internal sealed record SystemThread(int Id, string Name)
{
    private const int MaskBytes = 1024;
    private const int UserTimeField = 11; // Of stat, behind the name.

    /// <summary>Those whose names begin so.</summary>
    public static IReadOnlyList<SystemThread> Named(string prefix) =>
    [
        .. Directory.GetDirectories("/proc/self/task").Select(static folder => int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture))
            .Select(static id => new SystemThread(id, Read(id, "comm").Trim())).Where(thread => thread.Name.StartsWith(prefix, StringComparison.Ordinal)),
    ];

    /// <summary>How often it went to sleep of its own accord.</summary>
    public long Sleeps => Read(Id, "status").Split('\n').Where(static line => line.StartsWith("voluntary_ctxt_switches", StringComparison.Ordinal))
        .Select(static line => long.Parse(line.Split(':')[1], CultureInfo.InvariantCulture)).Single();

    /// <summary>Processor time used, in steps of 10 ms.</summary>
    public TimeSpan CpuTime => TimeSpan.FromMilliseconds(10 * (StatField(UserTimeField) + StatField(UserTimeField + 1)));

    /// <summary>Where it may run.</summary>
    public IReadOnlyList<int> Processors => ProcessorsOf(Id);

    /// <summary>Where threads of this process may run that say nothing of it.</summary>
    public static IReadOnlyList<int> AllProcessors => ProcessorsOf(Environment.ProcessId);

    private static unsafe int[] ProcessorsOf(int id)
    {
        var mask = stackalloc byte[MaskBytes];
        new Span<byte>(mask, MaskBytes).Clear();
        Assert.True(LibC.GetAffinity(id, MaskBytes, mask) >= 0);
        var processors = new List<int>();
        for (var i = 0; i < 8 * MaskBytes; i++)
        {
            if ((mask[i / 8] & (1 << (i % 8))) != 0)
            {
                processors.Add(i);
            }
        }

        return [.. processors];
    }

    private static string Read(int id, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/self/task/{id}/{file}");
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return "";
        }
    }

    // The name may have blanks, and stands in parentheses.
    private long StatField(int index)
    {
        var stat = Read(Id, "stat");
        return long.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[index], CultureInfo.InvariantCulture);
    }
}
