using Sfu.Media.Control;
using Sfu.Media.Net;

namespace Sfu.Media.Remote;

/// <summary>The media process: a media plane for who is at the other end of two streams, from its first word to the end of them.</summary>
public sealed class MediaPlaneServer : IMediaProcess, IDisposable
{
    private readonly Seam _seam;
    private readonly IMediaProcessEvents _events;
    private readonly Action<string> _nodeStandsStill;
    private MediaPlane? _plane;
    private NodeWatch? _watch;
    private BeatThread? _beat;

    private MediaPlaneServer(Stream input, Stream output, Action<string> nodeStandsStill)
    {
        _nodeStandsStill = nodeStandsStill;
        _seam = new Seam(input, output, "sfu-seam", nodeStandsStill);
        _events = _seam.Other<IMediaProcessEvents>(SeamNumbers.Process);
        _seam.Add<IMediaProcess>(SeamNumbers.Process, this);
    }

    /// <summary>Serves until <paramref name="input"/> ends; transports that are open then are dropped without a farewell.</summary>
    /// <param name="input">From the node.</param>
    /// <param name="output">To the node.</param>
    /// <param name="nodeStandsStill">
    /// The node is silent, or reads nothing; why, for an operator. The process is to end at once: the call waits for the node, or for a thread of its
    /// own that hangs. Any thread.
    /// </param>
    public static void Run(Stream input, Stream output, Action<string> nodeStandsStill)
    {
        using var server = new MediaPlaneServer(input, output, nodeStandsStill);
        server._seam.Run((exception, command) => server._events.Warned($"{command}: {exception.Message}"));
    }

    /// <summary>Watched to the last: a thread that hangs does not end.</summary>
    public void Dispose()
    {
        _plane?.Dispose();
        _beat?.Dispose();
    }

    void IMediaProcess.Start(MediaPlaneOptions options, long patienceMs)
    {
        var patience = new SeamPatience(TimeSpan.FromMilliseconds(patienceMs));
        try
        {
            _plane = MediaPlane.Start(options with { Warn = _events.Warned }, new MediaHandles(kind => new FreedHandles(handles => _events.HandlesFreed(kind, handles)).Add));
            _seam.Add<IMediaPlane>(SeamNumbers.Plane, _plane);
            if (patience.IsLimited)
            {
                _watch = new NodeWatch(_events, _plane.Pulses, patience, _nodeStandsStill);
                _beat = new BeatThread("sfu-watch", patience.Beat, _watch.Beat);
            }

            _events.Started();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var why = e switch { ArgumentException => StartFailure.Options, DllNotFoundException => StartFailure.Library, _ => StartFailure.Other };
            _events.StartFailed(why, e.Message);
            _seam.End();
        }
    }

    void IMediaProcess.Ping() => _watch?.Asked();

    void IMediaProcess.MeasureRuntime(long requestId, bool collect) => _events.RuntimeMeasured(requestId, RuntimeReport.OfThisProcess(collect));
}
