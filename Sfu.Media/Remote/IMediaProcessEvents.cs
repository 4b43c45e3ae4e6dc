using Sfu.Media.Control;

namespace Sfu.Media.Remote;

/// <summary>What the media process tells besides the events of what it carries.</summary>
internal interface IMediaProcessEvents
{
    void Started();

    /// <summary>It ends.</summary>
    void StartFailed(StartFailure why, string reason);

    /// <summary>Answer to <see cref="IMediaProcess.Ping"/>, after all commands before it were handed to the media threads.</summary>
    void PingAnswered();

    /// <summary>A thread that the media plane needs does not come round any more.</summary>
    void ThreadStandsStill(string thread);

    /// <summary>For an operator (<see cref="MediaPlaneOptions.Warn"/>).</summary>
    void Warned(string text);

    /// <summary>Answer to <see cref="IMediaProcess.MeasureRuntime"/>.</summary>
    void RuntimeMeasured(long requestId, RuntimeReport report);

    /// <summary>What these named is gone; see <see cref="FreedHandles"/>.</summary>
    void HandlesFreed(HandleKind kind, ulong[] handles);
}
