using System.IO.Pipes;
using Sfu.Media.Control;
using Sfu.Media.Net;
using Sfu.Media.Remote;

namespace Sfu.Tests.Support;

/// <summary>A media plane with real sockets, here or behind the seam between two processes.</summary>
internal sealed class TestPlane : IDisposable
{
    /// <summary>Nobody stands still here, but both watch.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly Action _end;

    private TestPlane(IMediaPlane plane, Task ended, Action end)
    {
        Plane = plane;
        Ended = ended;
        _end = end;
    }

    public IMediaPlane Plane { get; }

    /// <summary>The other end is gone.</summary>
    public Task Ended { get; }

    public static TestPlane Local(MediaPlaneOptions options)
    {
        var plane = MediaPlane.Start(options);
        return new TestPlane(plane, new TaskCompletionSource().Task, plane.Dispose);
    }

    /// <summary>Both ends are in this process, with two pipes between them.</summary>
    public static TestPlane Remote(MediaPlaneOptions options)
    {
        var (commandsRead, commandsWrite) = Pipe();
        var (eventsRead, eventsWrite) = Pipe();
        var server = new Thread(() => MediaPlaneServer.Run(commandsRead, eventsWrite, static _ => { })) { IsBackground = true };
        server.Start();
        try
        {
            var plane = RemoteMediaPlane.Start(eventsRead, commandsWrite, options, _patience, static _ => { });
            return new TestPlane(plane.Plane, plane.Ended, () =>
            {
                plane.Dispose();
                server.Join();
            });
        }
        catch
        {
            commandsWrite.Dispose();
            server.Join();
            throw;
        }
    }

    public void Dispose() => _end();

    private static (Stream Read, Stream Write) Pipe()
    {
        var write = new AnonymousPipeServerStream(PipeDirection.Out);
        return (new AnonymousPipeClientStream(PipeDirection.In, write.ClientSafePipeHandle), write);
    }
}
