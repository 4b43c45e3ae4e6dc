using System.Diagnostics;
using System.Runtime.InteropServices;
using Sfu.Media.Remote;

namespace Sfu.Host.Composition;

/// <summary>What the program does as a node's media process: it ends with the node, or when that stands still.</summary>
internal static class MediaProcessProgram
{
    /// <summary>Signals to the node's process group, which the node answers by ending in order.</summary>
    private static readonly PosixSignal[] _notForUs = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];

    /// <summary>For the last words: whoever reads them may stand still as well.</summary>
    private static readonly TimeSpan _lastWords = TimeSpan.FromSeconds(1);

    /// <param name="arguments">After <see cref="MediaProcess.Verb"/>.</param>
    public static int Run(ReadOnlySpan<string> arguments)
    {
        var ignored = Array.ConvertAll(_notForUs, static signal => PosixSignalRegistration.Create(signal, static context => context.Cancel = true));
        using var input = Console.OpenStandardInput();
        using var output = Console.OpenStandardOutput();

        // Frames alone go by the standard output.
        Console.SetOut(Console.Error);
        if (arguments.Contains(MediaProcess.CompileAhead))
        {
            CodePreparation.BeginMedia();
        }

        MediaPlaneServer.Run(input, output, EndAtOnce);
        Array.ForEach(ignored, static registration => registration.Dispose());
        return 0;
    }

    /// <summary>As a crash would: an end in order would wait for the node, or for a thread that hangs.</summary>
    private static void EndAtOnce(string reason)
    {
        var speaking = new Thread(() => Console.Error.WriteLine($"media: {reason}: the media process ends")) { IsBackground = true };
        speaking.Start();
        speaking.Join(_lastWords);
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }
}
