using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Sfu.Actors.Protocol;
using Sfu.Media.Ortc;

namespace Sfu.Host.Signaling;

/// <summary>
/// Reads the fields of one request's <c>data</c>. The first field that is missing, of the wrong type or too long makes
/// <see cref="Problem"/>; what is read after that means nothing.
/// </summary>
internal ref struct RequestFields(JsonElement data)
{
    private const int MaxIdLength = 100;
    private const int MaxIds = 1000;

    private readonly JsonElement _data = data;

    /// <summary>Null as long as every field was right.</summary>
    public string? Problem { get; private set; }

    public string Text(string name, int maxLength)
    {
        if (!_data.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String || !TryGetString(value, out var text))
        {
            return Fail($"'{name}' must be a string") ?? string.Empty;
        }

        return text.Length <= maxLength ? text : Fail($"'{name}' is longer than {maxLength} characters") ?? string.Empty;
    }

    public string Id(string name)
    {
        var id = Text(name, MaxIdLength);
        return id.Length == 0 && Problem is null ? Fail($"'{name}' must not be empty") ?? string.Empty : id;
    }

    public bool Flag(string name)
    {
        if (!_data.TryGetProperty(name, out var value) || value.ValueKind is JsonValueKind.Null or JsonValueKind.False)
        {
            return false;
        }

        if (value.ValueKind != JsonValueKind.True)
        {
            Fail($"'{name}' must be true or false");
        }

        return true;
    }

    public int Integer(string name, int min, int max)
    {
        if (_data.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number)
            && number >= min && number <= max)
        {
            return number;
        }

        Fail($"'{name}' must be an integer from {min} to {max}");
        return min;
    }

    public int? OptionalInteger(string name, int min, int max) => Has(name) ? Integer(name, min, max) : null;

    /// <summary>A JSON object as text; an empty object when absent.</summary>
    public JsonText Object(string name, int maxLength)
    {
        if (!Has(name))
        {
            return JsonText.EmptyObject;
        }

        var value = _data.GetProperty(name);
        if (value.ValueKind != JsonValueKind.Object)
        {
            Fail($"'{name}' must be an object");
            return JsonText.EmptyObject;
        }

        var text = value.GetRawText();
        if (text.Length > maxLength)
        {
            Fail($"'{name}' is longer than {maxLength} characters");
            return JsonText.EmptyObject;
        }

        return new JsonText(text);
    }

    public ImmutableHashSet<string> Ids(string name)
    {
        if (!Has(name))
        {
            return [];
        }

        var value = _data.GetProperty(name);
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > MaxIds)
        {
            Fail($"'{name}' must be an array of at most {MaxIds} ids");
            return [];
        }

        var ids = ImmutableHashSet.CreateBuilder<string>();
        foreach (var element in value.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.String || !TryGetString(element, out var id))
            {
                Fail($"'{name}' must hold strings");
                return [];
            }

            ids.Add(id);
        }

        return ids.ToImmutable();
    }

    public MediaKind Kind(string name)
    {
        switch (Text(name, maxLength: 10))
        {
            case "audio":
                return MediaKind.Audio;
            case "video":
                return MediaKind.Video;
            default:
                Fail($"'{name}' must be 'audio' or 'video'");
                return default;
        }
    }

    public DtlsParameters DtlsParameters(string name)
    {
        if (!Present(name, out var json))
        {
            return new DtlsParameters();
        }

        if (!OrtcJson.TryParse(json, out DtlsParameters? parameters, out var error, name))
        {
            Fail(error.Reason);
        }

        return parameters ?? new DtlsParameters();
    }

    public RtpParameters RtpParameters(string name)
    {
        if (!Present(name, out var json))
        {
            return new RtpParameters();
        }

        if (!OrtcJson.TryParse(json, out RtpParameters? parameters, out var error, name))
        {
            Fail(error.Reason);
        }

        return parameters ?? new RtpParameters();
    }

    public RtpCapabilities? OptionalRtpCapabilities(string name)
    {
        if (!Has(name))
        {
            return null;
        }

        if (!KnownCapabilities.Shared.TryParse(_data.GetProperty(name), out var capabilities, out var error, name))
        {
            Fail(error.Reason);
        }

        return capabilities;
    }

    private bool Present(string name, out JsonElement value)
    {
        if (_data.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null)
        {
            return true;
        }

        Fail($"'{name}' is missing");
        return false;
    }

    private readonly bool Has(string name) => _data.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    private static bool TryGetString(JsonElement value, [NotNullWhen(true)] out string? text)
    {
        try
        {
            text = value.GetString();
            return text is not null;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair.
            text = null;
            return false;
        }
    }

    private string? Fail(string problem)
    {
        Problem ??= problem;
        return null;
    }
}
