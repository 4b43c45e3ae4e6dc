using System.Collections.Immutable;

namespace Sfu.Media.Ortc;

/// <summary>
/// The codecs of a Router that is not told otherwise. Their order is the browsers' order of preference: VP8 before VP9, H264 and AV1.
/// </summary>
public static class DefaultMediaCodecs
{
    public static ImmutableArray<RtpCodecCapability> Value { get; } =
    [
        new() { Kind = MediaKind.Audio, MimeType = "audio/opus", ClockRate = 48_000, Channels = 2 },
        new() { Kind = MediaKind.Audio, MimeType = "audio/PCMU", ClockRate = 8_000, Channels = 1 },
        new() { Kind = MediaKind.Audio, MimeType = "audio/PCMA", ClockRate = 8_000, Channels = 1 },
        Video("VP8"),
        Video("VP9", ("profile-id", 0)),
        Video("H264", ("packetization-mode", 1), ("profile-level-id", "4d0032"), ("level-asymmetry-allowed", 1)),
        Video("H264", ("packetization-mode", 1), ("profile-level-id", "42e01f"), ("level-asymmetry-allowed", 1)),
        Video("AV1", ("profile", 0)),
    ];

    /// <summary>The start bitrate, in kbit/s, spares Chromium's sender its slow beginning.</summary>
    private static RtpCodecCapability Video(string subtype, params ReadOnlySpan<(string Key, ParameterValue Value)> parameters) => new()
    {
        Kind = MediaKind.Video,
        MimeType = $"video/{subtype}",
        ClockRate = 90_000,
        Parameters = ParameterDictionary.Of(parameters).With("x-google-start-bitrate", 1000),
    };
}
