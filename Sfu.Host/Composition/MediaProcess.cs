using System.Diagnostics;
using System.Globalization;
using Sfu.Media.Control;
using Sfu.Media.Remote;

namespace Sfu.Host.Composition;

/// <summary>The node's media plane as a process of its own: this program again, which forwards and does nothing else.</summary>
internal sealed class MediaProcess : IDisposable
{
    /// <summary>The argument that makes this program a media process. Not for people: it speaks frames by standard input and output.</summary>
    public const string Verb = "media-process";

    private const string Runtime = "dotnet";

    /// <summary>May follow.</summary>
    public const string CompileAhead = "compile-ahead";

    /// <summary>Bytes. A client that joins costs 20 KB of garbage, a client that stays a fifth of that.</summary>
    private const long GarbageBudget = 32 * 1024 * 1024;

    /// <summary>For its threads to end.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly RemoteMediaPlane _media;

    private MediaProcess(Process process, RemoteMediaPlane media)
    {
        _process = process;
        _media = media;
    }

    public IMediaPlane Plane => _media.Plane;

    /// <summary>When it has ended, wanted or not.</summary>
    public Task Ended => _media.Ended;

    /// <param name="collect">Collect garbage before.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task<RuntimeReport> MeasureAsync(bool collect, CancellationToken cancellation) => _media.MeasureRuntimeAsync(collect, cancellation);

    /// <exception cref="ArgumentException">The certificate or its key is not usable; the message says why.</exception>
    /// <exception cref="DllNotFoundException">OpenSSL is not there.</exception>
    /// <exception cref="EndOfStreamException">It has ended before it could say why.</exception>
    /// <param name="options">See <see cref="MediaPlaneOptions"/>.</param>
    /// <param name="patience">See <see cref="RemoteMediaPlane.Start"/>; when it is at its end, the process is killed.</param>
    /// <param name="compileAhead">It compiles its code right after the start (<see cref="CodePreparation"/>).</param>
    public static MediaProcess Start(MediaPlaneOptions options, TimeSpan patience, bool compileAhead)
    {
        var process = new Process { StartInfo = Itself(compileAhead) };
        process.Start();
        try
        {
            return new MediaProcess(
                process, RemoteMediaPlane.Start(process.StandardOutput.BaseStream, process.StandardInput.BaseStream, options, patience, GiveUp));
        }
        catch
        {
            End(process);
            throw;
        }

        void GiveUp(string reason)
        {
            Kill(process);
            options.Warn?.Invoke($"{reason}: the media process is killed");
        }
    }

    public void Dispose()
    {
        _media.Dispose();
        End(_process);
    }

    /// <summary>Ends also what is stopped. The end is told by its streams.</summary>
    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended in order meanwhile, and been disposed.
        }
    }

    private static void End(Process process)
    {
        process.StandardInput.BaseStream.Dispose();
        if (!process.WaitForExit(_patience))
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
    }

    private static ProcessStartInfo Itself(bool compileAhead)
    {
        var assembly = typeof(MediaProcess).Assembly;
        var running = Environment.ProcessPath ?? Runtime;
        var runs = Path.GetFileNameWithoutExtension(running);
        var isProgram = runs == assembly.GetName().Name;

        // Whoever else has the node within needs the runtime's own program; the one that runs may be the only one there is.
        var start = new ProcessStartInfo(isProgram || runs == Runtime ? running : Runtime) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (!isProgram)
        {
            start.ArgumentList.Add("exec");
            start.ArgumentList.Add(assembly.Location);
        }

        start.ArgumentList.Add(Verb);
        if (compileAhead)
        {
            start.ArgumentList.Add(CompileAhead);
        }

        // Garbage is collected when there is this much of it: seldom, since nothing here allocates per packet, and every time stops media.
        start.Environment["DOTNET_GCgen0size"] = GarbageBudget.ToString("x", CultureInfo.InvariantCulture);
        return start;
    }
}
