using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Sfu.Media.Ortc;

/// <summary>The rules for single records. Remembers the first that is broken; results count only when none is.</summary>
/// <remarks>What satisfies the rules as it is comes back as the same object: in clients' requests that is most.</remarks>
/// <param name="naming">Puts together the paths of members, for the error. Without that an error says that there is one, and not where.</param>
internal sealed class OrtcRules(bool naming)
{
    public const string KnownHashes = "sha-1, sha-224, sha-256, sha-384, sha-512";

    public OrtcError? Error { get; private set; }

    /// <summary>The path of a member.</summary>
    public string At(string path, string name) => naming ? $"{path}.{name}" : path;

    public void Fail(string path, string what) => Error ??= OrtcError.Invalid($"{path} {what}");

    /// <summary>Names a parameter where its key is harmless to print.</summary>
    public static string ParameterPath(string path, string key) =>
        key.Length is > 0 and <= 32 && CodecView.IsToken(key) ? $"{path}.{key}" : path;

    public bool Ended<T>([NotNullWhen(true)] ref T? normalized, [NotNullWhen(false)] out OrtcError? error)
        where T : class
    {
        error = Error;
        if (error is not null)
        {
            normalized = null;
        }

        return error is null && normalized is not null;
    }

    public ImmutableArray<TOut> Each<TIn, TOut>(ImmutableArray<TIn> items, string path, int limit, Func<OrtcRules, TIn, string, TOut> rule)
        where TIn : class
        where TOut : class?
    {
        if (items.Length > limit)
        {
            Fail(path, $"must have at most {limit} entries");
        }

        if (Error is not null || items.IsEmpty)
        {
            return [];
        }

        var results = new TOut[items.Length];
        var changes = false;
        for (var i = 0; i < items.Length; i++)
        {
            var at = naming ? $"{path}[{i}]" : path;
            if (items[i] is null)
            {
                Fail(at, "must be an object");
                return [];
            }

            results[i] = rule(this, items[i], at);
            changes |= !ReferenceEquals(results[i], items[i]);
        }

        return !changes && items is ImmutableArray<TOut> same ? same : ImmutableCollectionsMarshal.AsImmutableArray(results);
    }

    public static RtpCodecCapability CodecCapability(OrtcRules rules, RtpCodecCapability codec, string path)
    {
        var kind = rules.MimeType(codec.MimeType, path);
        rules.Payload(codec.PreferredPayloadType, path, "preferredPayloadType");
        rules.Range(codec.ClockRate, 1, OrtcValidation.MaxClockRate, path, "clockRate");
        var channels = rules.Channels(codec.Channels, kind, path);
        var parameters = rules.Parameters(codec.Parameters, rules.At(path, "parameters"));
        var feedback = rules.Each(codec.RtcpFeedback, rules.At(path, "rtcpFeedback"), OrtcLimits.RtcpFeedback, Feedback);
        return kind == codec.Kind && channels == codec.Channels && parameters == codec.Parameters && feedback == codec.RtcpFeedback
            ? codec
            : codec with { Kind = kind, Channels = channels, Parameters = parameters, RtcpFeedback = feedback };
    }

    public static RtpCodecParameters Codec(OrtcRules rules, RtpCodecParameters codec, string path)
    {
        var kind = rules.MimeType(codec.MimeType, path);
        rules.Payload(codec.PayloadType, path, "payloadType");
        rules.Range(codec.ClockRate, 1, OrtcValidation.MaxClockRate, path, "clockRate");
        var channels = rules.Channels(codec.Channels, kind, path);
        var parameters = rules.Parameters(codec.Parameters, rules.At(path, "parameters"));
        var feedback = rules.Each(codec.RtcpFeedback, rules.At(path, "rtcpFeedback"), OrtcLimits.RtcpFeedback, Feedback);
        return channels == codec.Channels && parameters == codec.Parameters && feedback == codec.RtcpFeedback
            ? codec
            : codec with { Channels = channels, Parameters = parameters, RtcpFeedback = feedback };
    }

    public static RtpHeaderExtension HeaderExtension(OrtcRules rules, RtpHeaderExtension extension, string path)
    {
        if (!Enum.IsDefined(extension.Kind))
        {
            rules.Fail(rules.At(path, "kind"), "must be one of audio, video");
        }

        if (!Enum.IsDefined(extension.Direction))
        {
            rules.Fail(rules.At(path, "direction"), "must be one of sendrecv, sendonly, recvonly, inactive");
        }

        rules.Mandatory(extension.Uri, OrtcLimits.UriText, rules.At(path, "uri"));
        rules.Range(extension.PreferredId, 1, 255, path, "preferredId");
        return extension;
    }

    public static RtpHeaderExtensionParameters Extension(OrtcRules rules, RtpHeaderExtensionParameters extension, string path)
    {
        rules.Mandatory(extension.Uri, OrtcLimits.UriText, rules.At(path, "uri"));
        rules.Range(extension.Id, 1, 255, path, "id");
        var parameters = rules.Parameters(extension.Parameters, rules.At(path, "parameters"));
        return parameters == extension.Parameters ? extension : extension with { Parameters = parameters };
    }

    public static RtpEncodingParameters Encoding(OrtcRules rules, RtpEncodingParameters encoding, string path)
    {
        rules.Payload(encoding.CodecPayloadType, path, "codecPayloadType");
        if (encoding.Rtx is { Ssrc: 0 })
        {
            rules.Fail(rules.At(path, "rtx.ssrc"), "must not be 0");
        }

        if (encoding.ScalabilityMode is { Length: > OrtcLimits.StreamIdText })
        {
            rules.Fail(rules.At(path, "scalabilityMode"), $"must have at most {OrtcLimits.StreamIdText} characters");
        }

        if (encoding.MaxBitrate is { } bitrate && !(bitrate >= 0 && double.IsFinite(bitrate)))
        {
            rules.Fail(rules.At(path, "maxBitrate"), "must be a number of bit/s, not negative");
        }

        return encoding with
        {
            Ssrc = encoding.Ssrc is 0 ? null : encoding.Ssrc,
            Rid = rules.StreamId(encoding.Rid, rules.At(path, "rid")),
            Dtx = encoding.Dtx ?? false,
            ScalabilityMode = string.IsNullOrEmpty(encoding.ScalabilityMode) ? null : encoding.ScalabilityMode,
        };
    }

    public RtcpParameters Rtcp(RtcpParameters? rtcp, string path) => new()
    {
        Cname = Description(rtcp?.Cname, At(path, "cname")),
        ReducedSize = true,
    };

    /// <summary>A MID or RID: visible ASCII, as SDP tokens are.</summary>
    public string? StreamId(string? text, string path)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        if (text.Length > OrtcLimits.StreamIdText || !text.All(c => c is > ' ' and <= '~'))
        {
            Fail(path, $"must be at most {OrtcLimits.StreamIdText} visible ASCII characters");
        }

        return text;
    }

    public string? Description(string? text, string path)
    {
        if (text is { Length: > OrtcLimits.DescriptionText } || (text is not null && text.Any(char.IsControl)))
        {
            Fail(path, $"must be at most {OrtcLimits.DescriptionText} characters without control characters");
        }

        return string.IsNullOrEmpty(text) ? null : text;
    }

    /// <returns>Null for an algorithm that nobody here knows.</returns>
    public static DtlsFingerprint? Fingerprint(OrtcRules rules, DtlsFingerprint fingerprint, string path)
    {
        rules.Mandatory(fingerprint.Algorithm, OrtcLimits.NameText, rules.At(path, "algorithm"));
        rules.Mandatory(fingerprint.Value, OrtcLimits.UriText, rules.At(path, "value"));
        if (rules.Error is not null)
        {
            return null;
        }

        var algorithm = fingerprint.Algorithm.ToLowerInvariant();
        var bytes = algorithm switch
        {
            "sha-1" => 20,
            "sha-224" => 28,
            "sha-256" => 32,
            "sha-384" => 48,
            "sha-512" => 64,
            _ => 0,
        };
        if (bytes == 0)
        {
            return null;
        }

        if (!IsColonHex(fingerprint.Value, bytes))
        {
            rules.Fail(rules.At(path, "value"), $"must be {bytes} hexadecimal bytes with colons between them");
        }

        return new DtlsFingerprint(algorithm, fingerprint.Value.ToUpperInvariant());
    }

    private static bool IsColonHex(string text, int bytes)
    {
        if (text.Length != (3 * bytes) - 1)
        {
            return false;
        }

        for (var i = 0; i < text.Length; i++)
        {
            if (i % 3 == 2 ? text[i] != ':' : !char.IsAsciiHexDigit(text[i]))
            {
                return false;
            }
        }

        return true;
    }

    private MediaKind MimeType(string? mimeType, string path)
    {
        var kind = CodecView.KindOf(mimeType);
        if (kind is null || mimeType!.Length > OrtcLimits.NameText)
        {
            Fail(At(path, "mimeType"), $"must be audio/… or video/… of at most {OrtcLimits.NameText} characters");
        }

        return kind ?? MediaKind.Audio;
    }

    private int? Channels(int? channels, MediaKind kind, string path)
    {
        if (kind != MediaKind.Audio)
        {
            return null;
        }

        Range(channels ?? 1, 1, OrtcValidation.MaxChannels, path, "channels");
        return channels ?? 1;
    }

    private ParameterDictionary Parameters(ParameterDictionary? parameters, string path)
    {
        if (parameters is null)
        {
            return ParameterDictionary.Empty;
        }

        if (parameters.Count > OrtcLimits.Parameters)
        {
            Fail(path, $"must have at most {OrtcLimits.Parameters} entries");
        }

        foreach (var (key, value) in parameters)
        {
            var isText = value.TryGetString(out var text);
            if (key.Length > OrtcLimits.ParameterText || text?.Length > OrtcLimits.ParameterText)
            {
                Fail(path, $"must not hold text of more than {OrtcLimits.ParameterText} characters");
            }

            if (!isText && !(value.TryGetNumber(out var number) && double.IsFinite(number)))
            {
                Fail(ParameterPath(path, key), "must be a string or a number");
            }

            if (isText && key == "apt")
            {
                Fail(At(path, "apt"), "must be a number");
            }
        }

        return parameters;
    }

    private static RtcpFeedback Feedback(OrtcRules rules, RtcpFeedback feedback, string path)
    {
        rules.Mandatory(feedback.Type, OrtcLimits.NameText, rules.At(path, "type"));
        if (feedback.Parameter is { Length: > OrtcLimits.NameText })
        {
            rules.Fail(rules.At(path, "parameter"), $"must have at most {OrtcLimits.NameText} characters");
        }

        return feedback.Parameter is null ? feedback with { Parameter = string.Empty } : feedback;
    }

    private void Mandatory(string? text, int limit, string path)
    {
        if (string.IsNullOrEmpty(text) || text.Length > limit)
        {
            Fail(path, $"must be a string of 1..{limit} characters");
        }
    }

    private void Payload(int? payloadType, string path, string name) => Range(payloadType ?? 0, 0, 127, path, name);

    private void Range(int value, int min, int max, string path, string name)
    {
        if (value < min || value > max)
        {
            Fail(At(path, name), $"must be a number in {min}..{max}");
        }
    }
}
