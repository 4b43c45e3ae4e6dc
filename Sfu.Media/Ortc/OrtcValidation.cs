using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Sfu.Media.Ortc;

/// <summary>
/// What parameters must satisfy wherever they come from, JSON or another program's message: ranges, sizes, and references inside them.
/// The normalized result has every default filled in: <c>channels</c> of audio, <c>kind</c> by the MIME type, <c>dtx</c> false,
/// <c>reducedSize</c> true; and no empty strings or zero SSRCs where a member may be absent. Any thread.
/// </summary>
public static class OrtcValidation
{
    internal const int MaxClockRate = 1_000_000;
    internal const int MaxChannels = 255;

    public static bool TryNormalize(
        RtpCapabilities capabilities,
        [NotNullWhen(true)] out RtpCapabilities? normalized,
        [NotNullWhen(false)] out OrtcError? error,
        string path = "rtpCapabilities")
    {
        ArgumentNullException.ThrowIfNull(capabilities);
        var rules = new OrtcRules();
        normalized = new RtpCapabilities
        {
            Codecs = rules.Each(capabilities.Codecs, $"{path}.codecs", OrtcLimits.Codecs, rules.CodecCapability),
            HeaderExtensions = rules.Each(
                capabilities.HeaderExtensions, $"{path}.headerExtensions", OrtcLimits.HeaderExtensions, rules.HeaderExtension),
        };
        return rules.Ended(ref normalized, out error);
    }

    /// <summary>The codecs that a Router is asked to support.</summary>
    public static bool TryNormalize(
        ImmutableArray<RtpCodecCapability> mediaCodecs,
        out ImmutableArray<RtpCodecCapability> normalized,
        [NotNullWhen(false)] out OrtcError? error,
        string path = "mediaCodecs")
    {
        var rules = new OrtcRules();
        normalized = rules.Each(mediaCodecs.IsDefault ? [] : mediaCodecs, path, OrtcLimits.Codecs, rules.CodecCapability);
        error = rules.Error;
        normalized = error is null ? normalized : [];
        return error is null;
    }

    public static bool TryNormalize(
        RtpParameters parameters,
        [NotNullWhen(true)] out RtpParameters? normalized,
        [NotNullWhen(false)] out OrtcError? error,
        string path = "rtpParameters")
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var rules = new OrtcRules();
        normalized = new RtpParameters
        {
            Mid = rules.StreamId(parameters.Mid, $"{path}.mid"),
            Codecs = rules.Each(parameters.Codecs, $"{path}.codecs", OrtcLimits.Codecs, rules.Codec),
            HeaderExtensions = rules.Each(
                parameters.HeaderExtensions, $"{path}.headerExtensions", OrtcLimits.HeaderExtensions, rules.Extension),
            Encodings = rules.Each(parameters.Encodings, $"{path}.encodings", OrtcLimits.Encodings, rules.Encoding),
            Rtcp = rules.Rtcp(parameters.Rtcp, $"{path}.rtcp"),
            Msid = rules.Description(parameters.Msid, $"{path}.msid"),
        };
        if (rules.Error is null)
        {
            RtpParametersConsistency.Check(normalized, path, rules);
        }

        return rules.Ended(ref normalized, out error);
    }

    /// <summary>
    /// Fingerprints come out with lower-case algorithm and upper-case value. Algorithms that nobody here knows are dropped
    /// (RFC 8122 §5.1); one known must remain.
    /// </summary>
    public static bool TryNormalize(
        DtlsParameters parameters,
        [NotNullWhen(true)] out DtlsParameters? normalized,
        [NotNullWhen(false)] out OrtcError? error,
        string path = "dtlsParameters")
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var rules = new OrtcRules();
        var fingerprints = rules.Each(parameters.Fingerprints, $"{path}.fingerprints", OrtcLimits.Fingerprints, rules.Fingerprint);
        normalized = parameters with { Fingerprints = [.. fingerprints.OfType<DtlsFingerprint>()] };
        if (!Enum.IsDefined(parameters.Role))
        {
            rules.Fail($"{path}.role", "must be one of auto, client, server");
        }

        if (normalized.Fingerprints.IsEmpty)
        {
            rules.Fail($"{path}.fingerprints", "must hold a fingerprint of a known algorithm: " + OrtcRules.KnownHashes);
        }

        return rules.Ended(ref normalized, out error);
    }
}
