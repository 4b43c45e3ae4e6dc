using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sfu.Media.Ortc;

/// <summary>Writes whole numbers without a fraction, as browsers do.</summary>
public sealed class ParameterValueConverter : JsonConverter<ParameterValue>
{
    private const double LargestExactInteger = 9_007_199_254_740_992;

    /// <summary>Null is a value of this type, not the absence of one.</summary>
    public override bool HandleNull => true;

    public override ParameterValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString()!,
        JsonTokenType.Number => reader.GetDouble(),
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Null => ParameterValue.Null,
        _ => throw new JsonException(),
    };

    public override void Write(Utf8JsonWriter writer, ParameterValue value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value.TryGetString(out var text))
        {
            writer.WriteStringValue(text);
        }
        else if (value.TryGetNumber(out var number))
        {
            if (Math.Abs(number) <= LargestExactInteger && Math.Floor(number) == number)
            {
                writer.WriteNumberValue((long)number);
            }
            else
            {
                writer.WriteNumberValue(number);
            }
        }
        else if (value.Kind is JsonValueKind.True or JsonValueKind.False)
        {
            writer.WriteBooleanValue(value.Kind == JsonValueKind.True);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
