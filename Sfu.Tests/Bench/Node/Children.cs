using System.Diagnostics;
using System.Runtime.InteropServices;
using Sfu.Bench.Measure;

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
        foreach (var child in ProcessFamily.Children(Environment.ProcessId))
        {
            try
            {
                Process.GetProcessById(child).Kill();
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException)
            {
                // It has ended by itself.
            }
        }

        Environment.Exit(Interrupted);
    }
}
