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
        return TryApply(capabilities, path, Capabilities, out normalized, out error);
    }

    /// <summary>The codecs that a Router is asked to support.</summary>
    public static bool TryNormalize(
        ImmutableArray<RtpCodecCapability> mediaCodecs,
        out ImmutableArray<RtpCodecCapability> normalized,
        [NotNullWhen(false)] out OrtcError? error,
        string path = "mediaCodecs")
    {
        var rules = new OrtcRules(naming: true);
        normalized = rules.Each(mediaCodecs.IsDefault ? [] : mediaCodecs, path, OrtcLimits.Codecs, OrtcRules.CodecCapability);
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
        return TryApply(parameters, path, Parameters, out normalized, out error);
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
        return TryApply(parameters, path, Dtls, out normalized, out error);
    }

    /// <summary>What is wrong is looked for again with its name: names cost more than all the rest, and hardly anything is ever wrong.</summary>
    private static bool TryApply<T>(
        T given, string path, Func<OrtcRules, T, string, T> apply, [NotNullWhen(true)] out T? normalized, [NotNullWhen(false)] out OrtcError? error)
        where T : class
    {
        var rules = new OrtcRules(naming: false);
        normalized = apply(rules, given, path);
        if (rules.Error is not null)
        {
            rules = new OrtcRules(naming: true);
            normalized = apply(rules, given, path);
        }

        return rules.Ended(ref normalized, out error);
    }

    private static RtpCapabilities Capabilities(OrtcRules rules, RtpCapabilities capabilities, string path)
    {
        var codecs = rules.Each(capabilities.Codecs, rules.At(path, "codecs"), OrtcLimits.Codecs, OrtcRules.CodecCapability);
        var extensions = rules.Each(
            capabilities.HeaderExtensions, rules.At(path, "headerExtensions"), OrtcLimits.HeaderExtensions, OrtcRules.HeaderExtension);
        return codecs == capabilities.Codecs && extensions == capabilities.HeaderExtensions
            ? capabilities
            : new RtpCapabilities { Codecs = codecs, HeaderExtensions = extensions };
    }

    private static RtpParameters Parameters(OrtcRules rules, RtpParameters parameters, string path)
    {
        var normalized = new RtpParameters
        {
            Mid = rules.StreamId(parameters.Mid, rules.At(path, "mid")),
            Codecs = rules.Each(parameters.Codecs, rules.At(path, "codecs"), OrtcLimits.Codecs, OrtcRules.Codec),
            HeaderExtensions = rules.Each(
                parameters.HeaderExtensions, rules.At(path, "headerExtensions"), OrtcLimits.HeaderExtensions, OrtcRules.Extension),
            Encodings = rules.Each(parameters.Encodings, rules.At(path, "encodings"), OrtcLimits.Encodings, OrtcRules.Encoding),
            Rtcp = rules.Rtcp(parameters.Rtcp, rules.At(path, "rtcp")),
            Msid = rules.Description(parameters.Msid, rules.At(path, "msid")),
        };
        if (rules.Error is null)
        {
            RtpParametersConsistency.Check(normalized, path, rules);
        }

        return normalized;
    }

    private static DtlsParameters Dtls(OrtcRules rules, DtlsParameters parameters, string path)
    {
        var fingerprints = rules.Each(parameters.Fingerprints, rules.At(path, "fingerprints"), OrtcLimits.Fingerprints, OrtcRules.Fingerprint);
        var normalized = parameters with { Fingerprints = [.. fingerprints.OfType<DtlsFingerprint>()] };
        if (!Enum.IsDefined(parameters.Role))
        {
            rules.Fail(rules.At(path, "role"), "must be one of auto, client, server");
        }

        if (normalized.Fingerprints.IsEmpty)
        {
            rules.Fail(rules.At(path, "fingerprints"), "must hold a fingerprint of a known algorithm: " + OrtcRules.KnownHashes);
        }

        return normalized;
    }
}
