using System.Collections.Immutable;

namespace Sfu.Media.Ortc;

/// <summary>
/// How one Producer sends or one Consumer receives: codecs with their payload types, header extensions with their ids, and one encoding
/// per RTP stream.
/// </summary>
public sealed record RtpParameters
{
    /// <summary>The MID value of the packets (RFC 9143), at most 8 bytes by convention of the browsers.</summary>
    public string? Mid { get; init; }

    public ImmutableArray<RtpCodecParameters> Codecs { get; init => field = value.IsDefault ? [] : value; } = [];

    public ImmutableArray<RtpHeaderExtensionParameters> HeaderExtensions { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>In a simulcast Producer from the lowest to the highest spatial layer.</summary>
    public ImmutableArray<RtpEncodingParameters> Encodings { get; init => field = value.IsDefault ? [] : value; } = [];

    public RtcpParameters Rtcp { get; init => field = value ?? RtcpParameters.Default; } = RtcpParameters.Default;

    /// <summary>MediaStream id and track id (RFC 8830).</summary>
    public string? Msid { get; init; }
}
