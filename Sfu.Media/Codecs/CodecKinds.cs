namespace Sfu.Media.Codecs;

/// <summary>Names and classes of codecs. Any thread.</summary>
public static class CodecKinds
{
    /// <param name="mimeType">As negotiated, for example <c>video/VP8</c>; compared without regard to case (RFC 4855 §3).</param>
    /// <returns><see cref="CodecKind.Unknown"/> for a codec that the node forwards without looking into it.</returns>
    public static CodecKind FromMimeType(string? mimeType)
    {
        if (mimeType is null)
        {
            return CodecKind.Unknown;
        }

        var slash = mimeType.IndexOf('/', StringComparison.Ordinal);
        var video = mimeType.AsSpan(0, Math.Max(slash, 0)).Equals("video", StringComparison.OrdinalIgnoreCase);
        var audio = mimeType.AsSpan(0, Math.Max(slash, 0)).Equals("audio", StringComparison.OrdinalIgnoreCase);
        var kind = mimeType[(slash + 1)..].ToUpperInvariant() switch
        {
            "OPUS" => CodecKind.Opus,
            "MULTIOPUS" => CodecKind.MultiOpus,
            "PCMU" => CodecKind.Pcmu,
            "PCMA" => CodecKind.Pcma,
            "G722" => CodecKind.G722,
            "TELEPHONE-EVENT" => CodecKind.TelephoneEvent,
            "CN" => CodecKind.ComfortNoise,
            "RED" => CodecKind.Red,
            "VP8" => CodecKind.Vp8,
            "VP9" => CodecKind.Vp9,
            "H264" => CodecKind.H264,
            "AV1" => CodecKind.Av1,
            "RTX" => CodecKind.Rtx,
            _ => CodecKind.Unknown,
        };

        var fits = kind == CodecKind.Rtx ? video || audio : kind.IsVideo() ? video : audio;
        return fits ? kind : CodecKind.Unknown;
    }

    public static bool IsVideo(this CodecKind kind) => kind is CodecKind.Vp8 or CodecKind.Vp9 or CodecKind.H264 or CodecKind.Av1;

    /// <summary>The codec has frames that refer to none before them, and a client starts with one.</summary>
    public static bool HasKeyFrames(this CodecKind kind) => kind.IsVideo();
}
