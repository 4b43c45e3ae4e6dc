using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Sfu.Media.Control;

namespace Sfu.Actors.Serialization;

/// <summary>Statistics by their own <c>type</c> member.</summary>
internal sealed class MediaStatsConverter : JsonConverter<MediaStats>
{
    private const string TransportSuffix = "-transport";

    public override MediaStats? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var probe = reader;
        using var document = JsonDocument.ParseValue(ref probe);
        var isTransport = document.RootElement.TryGetProperty("type", out var type) && type.GetString()!.EndsWith(TransportSuffix, StringComparison.Ordinal);
        return isTransport
            ? JsonSerializer.Deserialize(ref reader, (JsonTypeInfo<TransportStats>)options.GetTypeInfo(typeof(TransportStats)))
            : JsonSerializer.Deserialize(ref reader, (JsonTypeInfo<RtpStreamStats>)options.GetTypeInfo(typeof(RtpStreamStats)));
    }

    public override void Write(Utf8JsonWriter writer, MediaStats value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, options.GetTypeInfo(value.GetType()));
}
