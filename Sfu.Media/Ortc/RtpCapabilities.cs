using System.Collections.Immutable;

namespace Sfu.Media.Ortc;

/// <summary>What a Router or an endpoint can receive.</summary>
public sealed record RtpCapabilities
{
    public ImmutableArray<RtpCodecCapability> Codecs { get; init => field = value.IsDefault ? [] : value; } = [];

    public ImmutableArray<RtpHeaderExtension> HeaderExtensions { get; init => field = value.IsDefault ? [] : value; } = [];
}
