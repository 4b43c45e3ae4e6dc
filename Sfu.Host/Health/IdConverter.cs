using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sfu.Host.Health;

/// <summary>An id as a text.</summary>
/// <param name="make">From what was written.</param>
internal abstract class IdConverter<TId>(Func<string, TId> make) : JsonConverter<TId>
    where TId : struct
{
    public override TId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        make(reader.GetString() ?? throw new JsonException());

    public override void Write(Utf8JsonWriter writer, TId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
