using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Sfu.Bench.Node;

/// <summary>The programs that this process has started do not outlive it, however it is ended short of SIGKILL.</summary>
internal static class Children
{
    private const int Interrupted = 130;

    /// <summary>Ends them and the process on Ctrl+C, SIGTERM and SIGHUP. Keep what it returns.</summary>
    public static IDisposable[] EndWithUs() =>
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, End),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, End),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, End),
    ];

    private static void End(PosixSignalContext context)
    {
        context.Cancel = true;
        foreach (var task in Directory.EnumerateDirectories("/proc/self/task"))
        {
            foreach (var id in Read(Path.Combine(task, "children")))
            {
                try
                {
                    Process.GetProcessById(int.Parse(id, CultureInfo.InvariantCulture)).Kill();
                }
                catch (Exception e) when (e is ArgumentException or InvalidOperationException)
                {
                    // It has ended by itself.
                }
            }
        }

        Environment.Exit(Interrupted);
    }

    /// <summary>Nothing for a thread that has ended, and on kernels that do not list children.</summary>
    private static string[] Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (IOException)
        {
            return [];
        }
    }
}
