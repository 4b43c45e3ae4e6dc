using System.Collections.Immutable;

namespace Sfu.Media.Ortc;

/// <summary>A codec that an endpoint can receive, or that a Router is asked to support.</summary>
public sealed record RtpCodecCapability
{
    /// <summary>The media component of <see cref="MimeType"/>.</summary>
    public MediaKind Kind { get; init; }

    /// <summary>For instance <c>audio/opus</c>, <c>video/VP8</c>, <c>video/rtx</c>. Compared without case.</summary>
    public required string MimeType { get; init; }

    /// <summary>0–127. Always set in capabilities; optional where a Router is configured.</summary>
    public int? PreferredPayloadType { get; init; }

    /// <summary>Hz.</summary>
    public required int ClockRate { get; init; }

    /// <summary>Audio only; 1 when validated input does not say.</summary>
    public int? Channels { get; init; }

    /// <summary>Codec-specific parameters (SDP <c>fmtp</c>), among them <c>apt</c> of an RTX codec.</summary>
    public ParameterDictionary Parameters { get; init => field = value ?? ParameterDictionary.Empty; } = ParameterDictionary.Empty;

    public ImmutableArray<RtcpFeedback> RtcpFeedback { get; init => field = value.IsDefault ? [] : value; } = [];
}
