namespace Sfu.Media.Ortc;

/// <summary>What codec capabilities and codec parameters have in common: enough to compare them.</summary>
internal readonly record struct CodecView(string MimeType, int? PayloadType, int ClockRate, int? Channels, ParameterDictionary Parameters)
{
    private static readonly string[] _features = ["rtx", "ulpfec", "x-ulpfecuc", "flexfec", "red"];

    public static implicit operator CodecView(RtpCodecCapability codec) =>
        new(codec.MimeType, codec.PreferredPayloadType, codec.ClockRate, codec.Channels, codec.Parameters);

    public static implicit operator CodecView(RtpCodecParameters codec) =>
        new(codec.MimeType, codec.PayloadType, codec.ClockRate, codec.Channels, codec.Parameters);

    /// <summary>RFC 4588.</summary>
    public bool IsRtx => Subtype.Equals("rtx", StringComparison.OrdinalIgnoreCase);

    /// <summary>Carries nothing of its own: retransmission, forward error correction, redundancy.</summary>
    public bool IsFeature => _features.Contains(Subtype, StringComparer.OrdinalIgnoreCase);

    /// <summary>The payload type that an RTX codec repairs, when it is one.</summary>
    public int? AssociatedPayloadType => Parameters["apt"].TryGetNumber(out var apt) && apt is >= 0 and <= 127 ? (int)apt : null;

    private string Subtype => MimeType[(MimeType.IndexOf('/', StringComparison.Ordinal) + 1)..];

    public bool Is(string mimeType) => MimeType.Equals(mimeType, StringComparison.OrdinalIgnoreCase);

    /// <summary>The media component of a MIME type, or null when it is none of ours or no MIME type.</summary>
    public static MediaKind? KindOf(string? mimeType)
    {
        if (mimeType is not { Length: > 6 } || mimeType[5] != '/' || !IsToken(mimeType.AsSpan(6)))
        {
            return null;
        }

        return mimeType.StartsWith("audio", StringComparison.OrdinalIgnoreCase) ? MediaKind.Audio
            : mimeType.StartsWith("video", StringComparison.OrdinalIgnoreCase) ? MediaKind.Video
            : null;
    }

    /// <summary>The characters of RFC 6838 §4.2.</summary>
    internal static bool IsToken(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !"!#$&-^_.+".Contains(c, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }
}
