using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Sfu.Media.Ortc;

/// <summary>The rules for single records. Remembers the first that is broken; results count only when none is.</summary>
internal sealed class OrtcRules
{
    public const string KnownHashes = "sha-1, sha-224, sha-256, sha-384, sha-512";

    public OrtcError? Error { get; private set; }

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

    public ImmutableArray<TOut> Each<TIn, TOut>(ImmutableArray<TIn> items, string path, int limit, Func<TIn, string, TOut> rule)
    {
        if (items.Length > limit)
        {
            Fail(path, $"must have at most {limit} entries");
        }

        if (Error is not null)
        {
            return [];
        }

        var builder = ImmutableArray.CreateBuilder<TOut>(items.Length);
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i] is null)
            {
                Fail($"{path}[{i}]", "must be an object");
                return [];
            }

            builder.Add(rule(items[i], $"{path}[{i}]"));
        }

        return builder.MoveToImmutable();
    }

    public RtpCodecCapability CodecCapability(RtpCodecCapability codec, string path)
    {
        var kind = MimeType(codec.MimeType, path);
        Payload(codec.PreferredPayloadType, path, "preferredPayloadType");
        Range(codec.ClockRate, 1, OrtcValidation.MaxClockRate, path, "clockRate");
        return codec with
        {
            Kind = kind,
            Channels = Channels(codec.Channels, kind, path),
            Parameters = Parameters(codec.Parameters, $"{path}.parameters"),
            RtcpFeedback = Each(codec.RtcpFeedback, $"{path}.rtcpFeedback", OrtcLimits.RtcpFeedback, Feedback),
        };
    }

    public RtpCodecParameters Codec(RtpCodecParameters codec, string path)
    {
        var kind = MimeType(codec.MimeType, path);
        Payload(codec.PayloadType, path, "payloadType");
        Range(codec.ClockRate, 1, OrtcValidation.MaxClockRate, path, "clockRate");
        return codec with
        {
            Channels = Channels(codec.Channels, kind, path),
            Parameters = Parameters(codec.Parameters, $"{path}.parameters"),
            RtcpFeedback = Each(codec.RtcpFeedback, $"{path}.rtcpFeedback", OrtcLimits.RtcpFeedback, Feedback),
        };
    }

    public RtpHeaderExtension HeaderExtension(RtpHeaderExtension extension, string path)
    {
        if (!Enum.IsDefined(extension.Kind))
        {
            Fail($"{path}.kind", "must be one of audio, video");
        }

        if (!Enum.IsDefined(extension.Direction))
        {
            Fail($"{path}.direction", "must be one of sendrecv, sendonly, recvonly, inactive");
        }

        Mandatory(extension.Uri, OrtcLimits.UriText, $"{path}.uri");
        Range(extension.PreferredId, 1, 255, path, "preferredId");
        return extension;
    }

    public RtpHeaderExtensionParameters Extension(RtpHeaderExtensionParameters extension, string path)
    {
        Mandatory(extension.Uri, OrtcLimits.UriText, $"{path}.uri");
        Range(extension.Id, 1, 255, path, "id");
        return extension with { Parameters = Parameters(extension.Parameters, $"{path}.parameters") };
    }

    public RtpEncodingParameters Encoding(RtpEncodingParameters encoding, string path)
    {
        Payload(encoding.CodecPayloadType, path, "codecPayloadType");
        if (encoding.Rtx is { Ssrc: 0 })
        {
            Fail($"{path}.rtx.ssrc", "must not be 0");
        }

        if (encoding.ScalabilityMode is { Length: > OrtcLimits.StreamIdText })
        {
            Fail($"{path}.scalabilityMode", $"must have at most {OrtcLimits.StreamIdText} characters");
        }

        if (encoding.MaxBitrate is { } bitrate && !(bitrate >= 0 && double.IsFinite(bitrate)))
        {
            Fail($"{path}.maxBitrate", "must be a number of bit/s, not negative");
        }

        return encoding with
        {
            Ssrc = encoding.Ssrc is 0 ? null : encoding.Ssrc,
            Rid = StreamId(encoding.Rid, $"{path}.rid"),
            Dtx = encoding.Dtx ?? false,
            ScalabilityMode = string.IsNullOrEmpty(encoding.ScalabilityMode) ? null : encoding.ScalabilityMode,
        };
    }

    public RtcpParameters Rtcp(RtcpParameters? rtcp, string path) => new()
    {
        Cname = Description(rtcp?.Cname, $"{path}.cname"),
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
    public DtlsFingerprint? Fingerprint(DtlsFingerprint fingerprint, string path)
    {
        Mandatory(fingerprint.Algorithm, OrtcLimits.NameText, $"{path}.algorithm");
        Mandatory(fingerprint.Value, OrtcLimits.UriText, $"{path}.value");
        if (Error is not null)
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
            Fail($"{path}.value", $"must be {bytes} hexadecimal bytes with colons between them");
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
            Fail($"{path}.mimeType", $"must be audio/… or video/… of at most {OrtcLimits.NameText} characters");
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
                Fail($"{path}.apt", "must be a number");
            }
        }

        return parameters;
    }

    private RtcpFeedback Feedback(RtcpFeedback feedback, string path)
    {
        Mandatory(feedback.Type, OrtcLimits.NameText, $"{path}.type");
        if (feedback.Parameter is { Length: > OrtcLimits.NameText })
        {
            Fail($"{path}.parameter", $"must have at most {OrtcLimits.NameText} characters");
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
            Fail($"{path}.{name}", $"must be a number in {min}..{max}");
        }
    }
}
