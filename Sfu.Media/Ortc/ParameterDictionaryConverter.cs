using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sfu.Media.Ortc;

/// <summary>A <see cref="ParameterDictionary"/> as a flat JSON object.</summary>
public sealed class ParameterDictionaryConverter : JsonConverter<ParameterDictionary>
{
    private static readonly ParameterValueConverter _values = new();

    public override ParameterDictionary Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException();
        }

        var entries = new List<KeyValuePair<string, ParameterValue>>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            reader.Read();
            entries.Add(KeyValuePair.Create(key, _values.Read(ref reader, typeof(ParameterValue), options)));
        }

        return [.. entries];
    }

    public override void Write(Utf8JsonWriter writer, ParameterDictionary value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStartObject();
        foreach (var entry in value)
        {
            writer.WritePropertyName(entry.Key);
            _values.Write(writer, entry.Value, options);
        }

        writer.WriteEndObject();
    }
}
