using System.Text.Json;
using System.Text.Json.Serialization;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Actors.Serialization;

/// <summary>How messages between nodes are written: camel case, no nulls, enums by number unless their own converter names them, ids as text.</summary>
internal static class WireJson
{
    public static WireJsonContext CreateContext(ExtendedActorSystem system) => new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        MaxDepth = 32,
        Converters =
        {
            new TextConverter<RouterId>(text => new RouterId(text), id => id.Value),
            new TextConverter<TransportId>(text => new TransportId(text), id => id.Value),
            new TextConverter<ProducerId>(text => new ProducerId(text), id => id.Value),
            new TextConverter<ConsumerId>(text => new ConsumerId(text), id => id.Value),
            new TextConverter<ObserverId>(text => new ObserverId(text), id => id.Value),
            new TextConverter<PeerId>(text => new PeerId(text), id => id.Value),
            new TextConverter<ServerId>(text => new ServerId(text), id => id.Value),
            new TextConverter<JsonText>(text => new JsonText(text), json => json.ToString()),
            new TextConverter<PortRange>(
                text => PortRange.TryParse(text, out var range) ? range : throw new JsonException($"\"{text}\" is not a range of ports."),
                range => range.ToString()),
            new ActorRefConverter(system),
            new MediaStatsConverter(),
        },
    });
}
