using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sfu.Media.Ortc;

/// <summary>
/// JSON names of an enum whose values count up from zero. Reading is exact: neither numbers nor other spellings nor lists of names are
/// taken, which the framework's own converter would do.
/// </summary>
public abstract class WireNameConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    private readonly string[] _names;
    private readonly T[] _values;

    protected WireNameConverter(params string[] names)
    {
        _names = names;
        _values = Enum.GetValues<T>();
    }

    /// <summary>All names, for a message that says what is allowed.</summary>
    internal string Allowed => string.Join(", ", _names);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            for (var i = 0; i < _names.Length; i++)
            {
                if (reader.ValueTextEquals(_names[i]))
                {
                    return _values[i];
                }
            }
        }

        throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(NameOf(value));
    }

    internal bool TryRead(JsonElement element, out T value)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            for (var i = 0; i < _names.Length; i++)
            {
                if (element.ValueEquals(_names[i]))
                {
                    value = _values[i];
                    return true;
                }
            }
        }

        value = default;
        return false;
    }

    internal string NameOf(T value) => _names[Array.IndexOf(_values, value)];
}
