using Sfu.Media.Control;

namespace Sfu.Media.Remote;

/// <summary>What the media process is told besides what <see cref="IMediaPlane"/> says. It ends when nobody can tell it anything any more.</summary>
internal interface IMediaProcess
{
    /// <summary>The first of all. Ends in <see cref="IMediaProcessEvents.Started"/> or <see cref="IMediaProcessEvents.StartFailed"/>.</summary>
    /// <param name="options">Of the media plane.</param>
    /// <param name="patienceMs">For how long the node may be silent and a media thread not come round; 0: for ever. Milliseconds.</param>
    void Start(MediaPlaneOptions options, long patienceMs);

    /// <summary>The node lives. Answered by <see cref="IMediaProcessEvents.PingAnswered"/>.</summary>
    void Ping();

    /// <summary>Answered by <see cref="IMediaProcessEvents.RuntimeMeasured"/>.</summary>
    /// <param name="requestId">Comes back with the answer.</param>
    /// <param name="collect">See <see cref="RuntimeReport.OfThisProcess"/>.</param>
    void MeasureRuntime(long requestId, bool collect);
}
