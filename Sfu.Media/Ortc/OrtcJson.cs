using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Sfu.Media.Ortc;

/// <summary>
/// Where a client's JSON enters: bytes or an element become validated, normalized records, or an <see cref="OrtcError"/> with the path of
/// the member that is wrong. No input makes these methods throw. Any thread.
/// </summary>
/// <remarks>
/// <c>path</c> is how the caller's message calls the document; it begins the paths in errors. Members that are not known are ignored.
/// </remarks>
public static class OrtcJson
{
    private static readonly JsonDocumentOptions _documentOptions = new() { MaxDepth = 16 };

    public static bool TryParse(
        JsonElement json,
        [NotNullWhen(true)] out RtpCapabilities? value,
        [NotNullWhen(false)] out OrtcError? error,
        string path = "rtpCapabilities") =>
        TryRead(json, path, OrtcShapes.RtpCapabilities, out value, out error) && OrtcValidation.TryNormalize(value, out value, out error, path);

    public static bool TryParse(
        JsonElement json,
        [NotNullWhen(true)] out RtpParameters? value,
        [NotNullWhen(false)] out OrtcError? error,
        string path = "rtpParameters") =>
        TryRead(json, path, OrtcShapes.RtpParameters, out value, out error) && OrtcValidation.TryNormalize(value, out value, out error, path);

    public static bool TryParse(
        JsonElement json,
        [NotNullWhen(true)] out DtlsParameters? value,
        [NotNullWhen(false)] out OrtcError? error,
        string path = "dtlsParameters") =>
        TryRead(json, path, OrtcShapes.DtlsParameters, out value, out error) && OrtcValidation.TryNormalize(value, out value, out error, path);

    /// <summary>A Router's configured codecs: an array.</summary>
    public static bool TryParse(
        JsonElement json,
        out ImmutableArray<RtpCodecCapability> value,
        [NotNullWhen(false)] out OrtcError? error,
        string path = "mediaCodecs")
    {
        value = [];
        return TryRead(json, path, MediaCodecs, out var read, out error) && OrtcValidation.TryNormalize(read.Value, out value, out error, path);
    }

    public static bool TryParse(
        ReadOnlySpan<byte> utf8,
        [NotNullWhen(true)] out RtpCapabilities? value,
        [NotNullWhen(false)] out OrtcError? error,
        string path = "rtpCapabilities")
    {
        value = null;
        return TryParseDocument(utf8, path, out var json, out error) && TryParse(json, out value, out error, path);
    }

    public static bool TryParse(
        ReadOnlySpan<byte> utf8,
        [NotNullWhen(true)] out RtpParameters? value,
        [NotNullWhen(false)] out OrtcError? error,
        string path = "rtpParameters")
    {
        value = null;
        return TryParseDocument(utf8, path, out var json, out error) && TryParse(json, out value, out error, path);
    }

    public static bool TryParse(
        ReadOnlySpan<byte> utf8,
        [NotNullWhen(true)] out DtlsParameters? value,
        [NotNullWhen(false)] out OrtcError? error,
        string path = "dtlsParameters")
    {
        value = null;
        return TryParseDocument(utf8, path, out var json, out error) && TryParse(json, out value, out error, path);
    }

    public static bool TryParse(
        ReadOnlySpan<byte> utf8,
        out ImmutableArray<RtpCodecCapability> value,
        [NotNullWhen(false)] out OrtcError? error,
        string path = "mediaCodecs")
    {
        value = [];
        return TryParseDocument(utf8, path, out var json, out error) && TryParse(json, out value, out error, path);
    }

    /// <summary>The value of a <c>kind</c> member.</summary>
    public static bool TryParse(JsonElement json, out MediaKind value, [NotNullWhen(false)] out OrtcError? error, string path = "kind")
    {
        error = new MediaKindConverter().TryRead(json, out value) ? null : OrtcError.Invalid($"{path} must be one of audio, video");
        return error is null;
    }

    private static ImmutableArray<RtpCodecCapability>? MediaCodecs(OrtcReader reader, JsonElement json, string path) =>
        reader.Items(json, path, OrtcShapes.CodecCapability);

    private static bool TryParseDocument(ReadOnlySpan<byte> utf8, string path, out JsonElement json, [NotNullWhen(false)] out OrtcError? error)
    {
        json = default;
        if (utf8.Length > OrtcLimits.DocumentBytes)
        {
            error = OrtcError.Invalid($"{path} must not be longer than {OrtcLimits.DocumentBytes} bytes");
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(utf8.ToArray(), _documentOptions);
            json = document.RootElement.Clone();
            error = null;
            return true;
        }
        catch (JsonException)
        {
            // The framework offers no way to try: malformed text is an exception there and ends here.
            error = OrtcError.Invalid($"{path} is not JSON");
            return false;
        }
    }

    private static bool TryRead<T>(
        JsonElement json,
        string path,
        Func<OrtcReader, JsonElement, string, T?> shape,
        [NotNullWhen(true)] out T? value,
        [NotNullWhen(false)] out OrtcError? error)
    {
        var reader = new OrtcReader(naming: false);
        value = default;
        try
        {
            value = shape(reader, json, path);
            if (reader.Error is not null)
            {
                // What is wrong is looked for again with its name.
                reader = new OrtcReader(naming: true);
                value = shape(reader, json, path);
            }

            error = reader.Error;
        }
        catch (InvalidOperationException)
        {
            // Text with half a surrogate pair or invalid UTF-8: found only when a string is taken out.
            error = OrtcError.Invalid($"{path} contains text that is not valid Unicode");
        }

        if (error is not null)
        {
            value = default;
        }

        return error is null && value is not null;
    }
}
