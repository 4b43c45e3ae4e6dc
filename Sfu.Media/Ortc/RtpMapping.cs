using System.Collections.Immutable;

namespace Sfu.Media.Ortc;

/// <summary>
/// From a Producer's own numbers to the Router's: what the media plane rewrites in each packet, so that every Producer of a Router
/// speaks with the same payload types and with SSRCs that are unique there.
/// </summary>
public sealed record RtpMapping
{
    public ImmutableArray<RtpCodecMapping> Codecs { get; init => field = value.IsDefault ? [] : value; } = [];

    /// <summary>One for each encoding of the Producer, in its order.</summary>
    public ImmutableArray<RtpEncodingMapping> Encodings { get; init => field = value.IsDefault ? [] : value; } = [];
}
