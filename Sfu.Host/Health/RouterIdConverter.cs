using System.Text.Json;
using System.Text.Json.Serialization;
using Sfu.Actors.Protocol;

namespace Sfu.Host.Health;

/// <summary>A Router's id as a text.</summary>
internal sealed class RouterIdConverter : JsonConverter<RouterId>
{
    public override RouterId Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetString() ?? throw new JsonException());

    public override void Write(Utf8JsonWriter writer, RouterId value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
