using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sfu.Media.Remote;

/// <summary>Strings, see <see cref="Recent{T}"/>. What is kept is found by its bytes, and no string is made. Any thread.</summary>
internal sealed class RecentStringConverter : JsonConverter<string?>
{
    private const int Places = 1024;
    private const int MaxBytes = 256;

    [ThreadStatic]
    private static Recent<string>? t_recent;

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || reader.ValueIsEscaped || reader.HasValueSequence || reader.ValueSpan.Length > MaxBytes)
        {
            return reader.GetString();
        }

        var bytes = reader.ValueSpan;
        var hash = new HashCode();
        hash.AddBytes(bytes);
        var code = hash.ToHashCode();
        ref var place = ref (t_recent ??= new Recent<string>(Places)).At(code);
        return place.Value is { } known && known.Length == bytes.Length && Ascii.Equals(bytes, known) ? known : place.Note(reader.GetString()!, code);
    }

    public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString()!;

    public override void WriteAsPropertyName(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WritePropertyName(value);

    public override void Write(Utf8JsonWriter writer, string? value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
