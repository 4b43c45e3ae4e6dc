using System.Collections.Immutable;
using System.Text.Json;

namespace Sfu.Media.Ortc;

/// <summary>
/// Reads typed values out of JSON and remembers the first mistake with its path. After a mistake it goes on with default values, so that
/// the callers need no branches; they drop the result when <see cref="Error"/> is set. A JSON null counts as absent.
/// </summary>
/// <param name="naming">Puts together the paths of members, for the error. Without that an error says that there is one, and not where.</param>
internal sealed class OrtcReader(bool naming)
{
    public OrtcError? Error { get; private set; }

    /// <summary>The path of a member.</summary>
    public string At(string path, string name) => naming ? $"{path}.{name}" : path;

    public void Fail(string path, string what) => Error ??= OrtcError.Invalid($"{path} {what}");

    public bool IsObject(JsonElement json, string path)
    {
        if (json.ValueKind == JsonValueKind.Object)
        {
            return true;
        }

        Fail(path, "must be an object");
        return false;
    }

    public ImmutableArray<T> Array<T>(JsonElement json, string path, string name, bool mandatory, Func<OrtcReader, JsonElement, string, T> item)
    {
        if (!TryGet(json, name, out var array))
        {
            if (mandatory)
            {
                Fail(At(path, name), "is missing");
            }

            return [];
        }

        return Items(array, At(path, name), item);
    }

    public ImmutableArray<T> Items<T>(JsonElement array, string path, Func<OrtcReader, JsonElement, string, T> item)
    {
        if (array.ValueKind != JsonValueKind.Array)
        {
            Fail(path, "must be an array");
            return [];
        }

        var builder = ImmutableArray.CreateBuilder<T>(array.GetArrayLength());
        var index = 0;
        foreach (var element in array.EnumerateArray())
        {
            var itemPath = naming ? $"{path}[{index++}]" : path;
            if (!IsObject(element, itemPath))
            {
                return [];
            }

            builder.Add(item(this, element, itemPath));
            if (Error is not null)
            {
                return [];
            }
        }

        return builder.DrainToImmutable();
    }

    public string? Text(JsonElement json, string path, string name)
    {
        if (!TryGet(json, name, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        Fail(At(path, name), "must be a string");
        return null;
    }

    public string MandatoryText(JsonElement json, string path, string name)
    {
        var text = Text(json, path, name);
        if (string.IsNullOrEmpty(text))
        {
            Fail(At(path, name), text is null ? "is missing" : "must not be empty");
        }

        return text ?? string.Empty;
    }

    public bool? Flag(JsonElement json, string path, string name)
    {
        if (!TryGet(json, name, out var value))
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return value.ValueKind == JsonValueKind.True;
        }

        Fail(At(path, name), "must be true or false");
        return null;
    }

    public double? Number(JsonElement json, string path, string name)
    {
        if (!TryGet(json, name, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number))
        {
            return number;
        }

        Fail(At(path, name), "must be a number");
        return null;
    }

    /// <summary>A whole number between the bounds. JSON has one kind of number: 96.0 is 96.</summary>
    public long? Integer(JsonElement json, string path, string name, long min, long max)
    {
        var number = Number(json, path, name);
        if (number is null || (number >= min && number <= max && Math.Floor(number.Value) == number))
        {
            return (long?)number;
        }

        Fail(At(path, name), $"must be a number in {min}..{max}");
        return null;
    }

    public int MandatoryInteger(JsonElement json, string path, string name, int min, int max)
    {
        var number = Integer(json, path, name, min, max);
        if (number is null)
        {
            Fail(At(path, name), $"must be a number in {min}..{max}");
        }

        return (int)(number ?? 0);
    }

    public uint? UInt32(JsonElement json, string path, string name) => (uint?)Integer(json, path, name, 0, uint.MaxValue);

    public T? Name<T>(JsonElement json, string path, string name, WireNameConverter<T> names)
        where T : struct, Enum
    {
        if (!TryGet(json, name, out var value))
        {
            return null;
        }

        if (names.TryRead(value, out var read))
        {
            return read;
        }

        Fail(At(path, name), $"must be one of {names.Allowed}");
        return null;
    }

    public ParameterDictionary Parameters(JsonElement json, string path, string name = "parameters")
    {
        if (!TryGet(json, name, out var value) || !IsObject(value, At(path, name)))
        {
            return ParameterDictionary.Empty;
        }

        var entries = new List<KeyValuePair<string, ParameterValue>>();
        foreach (var property in value.EnumerateObject())
        {
            if (entries.Count == OrtcLimits.Parameters)
            {
                Fail(At(path, name), $"must have at most {OrtcLimits.Parameters} entries");
                break;
            }

            var at = naming ? OrtcRules.ParameterPath(At(path, name), property.Name) : path;
            entries.Add(KeyValuePair.Create(property.Name, Parameter(property.Value, at)));
        }

        return [.. entries];
    }

    public bool TryGet(JsonElement json, string name, out JsonElement value) =>
        json.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private ParameterValue Parameter(JsonElement value, string path)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return value.GetString()!;
            case JsonValueKind.Number when value.TryGetDouble(out var number) && double.IsFinite(number):
                return number;
            default:
                Fail(path, "must be a string or a number");
                return ParameterValue.Null;
        }
    }
}
