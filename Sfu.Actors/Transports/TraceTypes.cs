using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>What may be traced of whom.</summary>
internal static class TraceTypes
{
    public const MediaTraceTypes OfTransports = MediaTraceTypes.Bwe | MediaTraceTypes.Probation;

    public const MediaTraceTypes OfStreams =
        MediaTraceTypes.Rtp | MediaTraceTypes.KeyFrame | MediaTraceTypes.Nack | MediaTraceTypes.Pli | MediaTraceTypes.Fir | MediaTraceTypes.SenderReport;

    /// <summary>Null when all of them may.</summary>
    public static SfuError? Check(MediaTraceTypes wanted, MediaTraceTypes possible) =>
        (wanted & ~possible) is var wrong and not MediaTraceTypes.None ? new SfuError(SfuErrorCode.InvalidParameters, $"There is no trace of {wrong} here.") : null;
}
