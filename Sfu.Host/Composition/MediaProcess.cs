using System.Diagnostics;
using Sfu.Media.Control;
using Sfu.Media.Remote;

namespace Sfu.Host.Composition;

/// <summary>The node's media plane as a process of its own: this program again, which forwards and does nothing else.</summary>
internal sealed class MediaProcess : IDisposable
{
    /// <summary>The argument that makes this program a media process. Not for people: it speaks frames by standard input and output.</summary>
    public const string Verb = "media-process";

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

    /// <exception cref="ArgumentException">The certificate or its key is not usable; the message says why.</exception>
    /// <exception cref="DllNotFoundException">OpenSSL is not there.</exception>
    /// <exception cref="EndOfStreamException">It has ended before it could say why.</exception>
    public static MediaProcess Start(MediaPlaneOptions options)
    {
        var process = new Process { StartInfo = Itself() };
        process.Start();
        try
        {
            return new MediaProcess(process, RemoteMediaPlane.Start(process.StandardOutput.BaseStream, process.StandardInput.BaseStream, options));
        }
        catch
        {
            End(process);
            throw;
        }
    }

    public void Dispose()
    {
        _media.Dispose();
        End(_process);
    }

    private static void End(Process process)
    {
        process.StandardInput.Close();
        if (!process.WaitForExit(_patience))
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
    }

    private static ProcessStartInfo Itself()
    {
        var program = Environment.ProcessPath ?? "dotnet";
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add("exec");
            start.ArgumentList.Add(typeof(MediaProcess).Assembly.Location);
        }

        start.ArgumentList.Add(Verb);
        return start;
    }
}
