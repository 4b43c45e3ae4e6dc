using System.Globalization;

namespace Sfu.Bench.Measure;

/// <summary>CPU time of each thread of a process up to now, from <c>/proc/PID/task/*/schedstat</c>: ns, kernel work on its behalf included.</summary>
internal sealed class CpuSample
{
    private readonly Dictionary<int, (string Name, long Ns, long Turns)> _threads;

    private CpuSample(Dictionary<int, (string Name, long Ns, long Turns)> threads)
    {
        _threads = threads;
    }

    public static CpuSample Of(int process)
    {
        var threads = new Dictionary<int, (string Name, long Ns, long Turns)>();
        Add(process, threads);
        return new CpuSample(threads);
    }

    /// <summary>With the processes that it has started.</summary>
    public static CpuSample OfFamily(int process)
    {
        var threads = new Dictionary<int, (string Name, long Ns, long Turns)>();
        foreach (var member in ProcessFamily.Of(process))
        {
            Add(member, threads);
        }

        return new CpuSample(threads);
    }

    private static void Add(int process, Dictionary<int, (string Name, long Ns, long Turns)> threads)
    {
        foreach (var folder in Directory.EnumerateDirectories(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task")))
        {
            try
            {
                var name = File.ReadAllText(Path.Combine(folder, "comm")).TrimEnd();
                var times = File.ReadAllText(Path.Combine(folder, "schedstat"));
                var id = int.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture);

                // Time on a CPU, time waiting for one, times that it got one.
                var fields = times.Split(' ');
                threads[id] = (name, long.Parse(fields[0], CultureInfo.InvariantCulture), long.Parse(fields[2], CultureInfo.InvariantCulture));
            }
            catch (IOException)
            {
                // The thread has ended meanwhile.
            }
        }
    }

    /// <summary>What was used since an earlier sample, by thread name. A thread that has ended between the two is missing.</summary>
    public CpuUse Since(CpuSample earlier)
    {
        var byName = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var turns = 0L;
        foreach (var (id, (threadName, ns, threadTurns)) in _threads)
        {
            var (_, nsBefore, turnsBefore) = earlier._threads.GetValueOrDefault(id);
            turns += threadTurns - turnsBefore;
            // Numbered threads of a kind count as one: "hloop 12345" is one of Janus'.
            var name = threadName.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9') is { Length: > 0 } kind && kind.EndsWith(' ') ? kind.TrimEnd() : threadName;
            byName[name] = byName.GetValueOrDefault(name) + ns - nsBefore;
        }

        return new CpuUse(byName, turns);
    }
}
