namespace Sfu.Media.Rtp;

/// <summary>The URIs by which header extensions are negotiated (RFC 8285 §5). Control side; any thread.</summary>
public static class HeaderExtensionUris
{
    // Indexed by HeaderExtensionKind.
    private static readonly string[] Uris =
    [
        "",
        "urn:ietf:params:rtp-hdrext:sdes:mid",
        "urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id",
        "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
        "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
        "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "urn:3gpp:video-orientation",
        "urn:ietf:params:rtp-hdrext:toffset",
        "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
        "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
        "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
        "urn:mediasoup:params:rtp-hdrext:packet-id",
    ];

    /// <summary>The URI, or an empty string for <see cref="HeaderExtensionKind.Unknown"/>.</summary>
    public static string ToUri(HeaderExtensionKind kind) => (uint)kind < (uint)Uris.Length ? Uris[(int)kind] : "";

    /// <summary>The kind with this URI (exact comparison), or <see cref="HeaderExtensionKind.Unknown"/>.</summary>
    public static HeaderExtensionKind FromUri(string? uri)
    {
        var index = string.IsNullOrEmpty(uri) ? 0 : Array.IndexOf(Uris, uri);
        return index > 0 ? (HeaderExtensionKind)index : HeaderExtensionKind.Unknown;
    }
}
