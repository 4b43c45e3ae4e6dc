using Sfu.Media.Control;
using Sfu.Media.Net;

namespace Sfu.Media.Remote;

/// <summary>The media process: a media plane for who is at the other end of two streams, from its first word to the end of them.</summary>
public sealed class MediaPlaneServer : IMediaProcess
{
    private readonly Seam _seam;
    private readonly IMediaProcessEvents _events;
    private MediaPlane? _plane;

    private MediaPlaneServer(Stream input, Stream output)
    {
        _seam = new Seam(input, output, "sfu-seam");
        _events = _seam.Other<IMediaProcessEvents>(SeamNumbers.Process);
        _seam.Add<IMediaProcess>(SeamNumbers.Process, this);
    }

    /// <summary>Serves until <paramref name="input"/> ends; transports that are open then are dropped without a farewell.</summary>
    public static void Run(Stream input, Stream output)
    {
        var server = new MediaPlaneServer(input, output);
        server._seam.Run((exception, command) => server._events.Warned($"{command}: {exception.Message}"));
        server._plane?.Dispose();
    }

    void IMediaProcess.Start(MediaPlaneOptions options)
    {
        try
        {
            _plane = MediaPlane.Start(options with { Warn = _events.Warned }, new MediaHandles(_events.HandleFreed));
            _seam.Add<IMediaPlane>(SeamNumbers.Plane, _plane);
            _events.Started();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var why = e switch { ArgumentException => StartFailure.Options, DllNotFoundException => StartFailure.Library, _ => StartFailure.Other };
            _events.StartFailed(why, e.Message);
            _seam.End();
        }
    }

    void IMediaProcess.MeasureRuntime(long requestId, bool collect) => _events.RuntimeMeasured(requestId, RuntimeReport.OfThisProcess(collect));
}
