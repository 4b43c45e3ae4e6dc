namespace Sfu.Media.Ortc;

/// <summary>Why parameters are refused.</summary>
/// <param name="Code">For programs.</param>
/// <param name="Reason">
/// For people, with the path of the member that is wrong: <c>rtpParameters.codecs[0].payloadType must be a number in 0..127</c>.
/// It never repeats unchecked text of the peer.
/// </param>
public sealed record OrtcError(OrtcErrorCode Code, string Reason)
{
    public static OrtcError Invalid(string reason) => new(OrtcErrorCode.Invalid, reason);

    public static OrtcError Unsupported(string reason) => new(OrtcErrorCode.Unsupported, reason);
}
