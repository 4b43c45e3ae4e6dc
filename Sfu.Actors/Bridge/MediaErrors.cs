using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Actors.Bridge;

/// <summary>The media plane's errors in the words of the protocol.</summary>
internal static class MediaErrors
{
    internal static SfuError ToSfuError(this MediaError error) => new(
        error.Code switch
        {
            MediaErrorCode.Closed => SfuErrorCode.Closed,
            MediaErrorCode.InvalidState => SfuErrorCode.InvalidState,
            MediaErrorCode.InvalidParameters => SfuErrorCode.InvalidParameters,
            MediaErrorCode.System => SfuErrorCode.Unavailable,
            _ => SfuErrorCode.Fault,
        },
        error.Reason);
}
