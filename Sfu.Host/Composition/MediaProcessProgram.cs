using System.Runtime.InteropServices;
using Sfu.Media.Remote;

namespace Sfu.Host.Composition;

/// <summary>What the program does as a node's media process: it ends with the node, and by nothing else.</summary>
internal static class MediaProcessProgram
{
    /// <summary>Signals to the node's process group, which the node answers by ending in order.</summary>
    private static readonly PosixSignal[] _notForUs = [PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT];

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

        MediaPlaneServer.Run(input, output);
        Array.ForEach(ignored, static registration => registration.Dispose());
        return 0;
    }
}
