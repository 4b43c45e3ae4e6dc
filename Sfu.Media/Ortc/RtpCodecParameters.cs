using System.Collections.Immutable;

namespace Sfu.Media.Ortc;

/// <summary>A codec in use on an RTP stream, or its RTX companion.</summary>
public sealed record RtpCodecParameters
{
    /// <summary>For instance <c>audio/opus</c>, <c>video/VP8</c>, <c>video/rtx</c>. Compared without case.</summary>
    public required string MimeType { get; init; }

    /// <summary>0–127.</summary>
    public required int PayloadType { get; init; }

    /// <summary>Hz.</summary>
    public required int ClockRate { get; init; }

    /// <summary>Audio only; 1 when validated input does not say.</summary>
    public int? Channels { get; init; }

    /// <summary>Codec-specific parameters (SDP <c>fmtp</c>), among them <c>apt</c> of an RTX codec.</summary>
    public ParameterDictionary Parameters { get; init => field = value ?? ParameterDictionary.Empty; } = ParameterDictionary.Empty;

    public ImmutableArray<RtcpFeedback> RtcpFeedback { get; init => field = value.IsDefault ? [] : value; } = [];
}
