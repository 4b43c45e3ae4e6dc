using Sfu.Actors.Hosting;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>Bitrate limits of a transport: what may be asked when, after what was asked before.</summary>
internal static class BitrateRules
{
    private const int Floor = WebRtcTransportDefaults.MinimumOutgoingBitrate;

    /// <summary>The limits that are in force after <paramref name="change"/>, unless they make no sense.</summary>
    public static bool TryChange(BitrateLimits? before, BitrateLimits change, out BitrateLimits after, out SfuError? error)
    {
        after = new BitrateLimits(
            change.MaxIncoming ?? before?.MaxIncoming, change.MaxOutgoing ?? before?.MaxOutgoing, change.MinOutgoing ?? before?.MinOutgoing);
        var problem = change switch
        {
            { MaxIncoming: < 0 } => "A bitrate is not negative.",
            { MaxOutgoing: < 0 or (> 0 and < Floor) } or { MinOutgoing: < 0 or (> 0 and < Floor) } => $"An outgoing bitrate is {Floor} bit/s at least, or 0.",
            _ when after is { MaxOutgoing: > 0 and var max, MinOutgoing: > 0 and var min } && min > max => "The least outgoing bitrate is above the most.",
            _ => null,
        };
        error = problem is null ? null : new SfuError(SfuErrorCode.InvalidParameters, problem);
        return error is null;
    }
}
