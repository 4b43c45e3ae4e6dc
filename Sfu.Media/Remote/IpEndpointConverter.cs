using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sfu.Media.Wire;

namespace Sfu.Media.Remote;

/// <summary>An address and port as text, like <c>[2001:db8::1]:443</c>.</summary>
internal sealed class IpEndpointConverter : JsonConverter<IpEndpoint>
{
    public override IpEndpoint Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        IPEndPoint.TryParse(reader.GetString() ?? string.Empty, out var endpoint) ? IpEndpoint.From(endpoint) : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, IpEndpoint value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
