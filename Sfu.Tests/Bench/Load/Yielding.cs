using System.Globalization;

namespace Sfu.Bench.Load;

/// <summary>
/// While it lasts, this process gives way to what it measures: clients that come and go stand for other people's machines. Their numbers stay what they
/// are, since joins that are not done are told. What must keep its times takes its own back (<see cref="LoadPeer.KeepNicenessAsync"/>). Only for root, who alone may do that.
/// </summary>
internal sealed class Yielding : IDisposable
{
    /// <summary>Niceness: a ninth of the share of a thread that does not yield.</summary>
    public const int Nice = 10;

    private Yielding()
    {
    }

    public static Yielding Begin()
    {
        SetAll(Nice);
        return new Yielding();
    }

    public void Dispose() => SetAll(0);

    /// <summary>Threads that come later have what their makers have.</summary>
    private static void SetAll(int nice)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return;
        }

        foreach (var task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            _ = Native.SetPriority(Native.PRIO_PROCESS, int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture), nice);
        }
    }
}
