using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Host.Signaling;

/// <summary>Shapes beside <see cref="OrtcJsonContext"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IceParameters))]
[JsonSerializable(typeof(ImmutableArray<IceCandidate>))]
[JsonSerializable(typeof(ImmutableArray<MediaStats>))]
[JsonSerializable(typeof(ImmutableArray<EncodingScore>))]
[JsonSerializable(typeof(ConsumerScore))]
internal sealed partial class SignalingJsonContext : JsonSerializerContext;

/// <summary>The data of answers, requests and notifications.</summary>
internal static class SignalingJson
{
    public static void RtpCapabilities(Utf8JsonWriter writer, RtpCapabilities capabilities) =>
        JsonSerializer.Serialize(writer, capabilities, OrtcJsonContext.Default.RtpCapabilities);

    public static void Transport(Utf8JsonWriter writer, TransportCreated transport)
    {
        writer.WriteStartObject();
        writer.WriteString("id", transport.TransportId.Value);
        writer.WritePropertyName("iceParameters");
        JsonSerializer.Serialize(writer, transport.IceParameters, SignalingJsonContext.Default.IceParameters);
        writer.WritePropertyName("iceCandidates");
        JsonSerializer.Serialize(writer, transport.IceCandidates, SignalingJsonContext.Default.ImmutableArrayIceCandidate);
        writer.WritePropertyName("dtlsParameters");
        JsonSerializer.Serialize(writer, transport.DtlsParameters, OrtcJsonContext.Default.DtlsParameters);
        writer.WriteEndObject();
    }

    public static void IceParameters(Utf8JsonWriter writer, IceParameters parameters)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("iceParameters");
        JsonSerializer.Serialize(writer, parameters, SignalingJsonContext.Default.IceParameters);

        // Older clients take the answer itself for the parameters.
        writer.WriteString("usernameFragment", parameters.UsernameFragment);
        writer.WriteString("password", parameters.Password);
        writer.WriteBoolean("iceLite", parameters.IceLite);
        writer.WriteEndObject();
    }

    public static void Stats(Utf8JsonWriter writer, ImmutableArray<MediaStats> entries) =>
        JsonSerializer.Serialize(writer, entries, SignalingJsonContext.Default.ImmutableArrayMediaStats);

    public static void Id(Utf8JsonWriter writer, string name, string id)
    {
        writer.WriteStartObject();
        writer.WriteString(name, id);
        writer.WriteEndObject();
    }

    public static void Peer(Utf8JsonWriter writer, PeerInfo peer)
    {
        writer.WriteStartObject();
        writer.WriteString("id", peer.PeerId.Value);
        writer.WriteString("displayName", peer.DisplayName);
        writer.WritePropertyName("device");
        writer.WriteRawValue(peer.Device.ToString());
        writer.WriteEndObject();
    }

    public static void Peers(Utf8JsonWriter writer, IEnumerable<PeerInfo> peers)
    {
        writer.WriteStartArray("peers");
        foreach (var peer in peers)
        {
            Peer(writer, peer);
        }

        writer.WriteEndArray();
    }

    public static void NewConsumer(Utf8JsonWriter writer, Consumed consumer)
    {
        writer.WriteStartObject();
        writer.WriteString("peerId", consumer.ProducerPeerId?.Value);
        writer.WriteString("producerId", consumer.ProducerId.Value);
        writer.WriteString("id", consumer.ConsumerId.Value);
        writer.WriteString("kind", consumer.Kind == MediaKind.Audio ? "audio" : "video");
        writer.WritePropertyName("rtpParameters");
        JsonSerializer.Serialize(writer, consumer.RtpParameters, OrtcJsonContext.Default.RtpParameters);
        writer.WritePropertyName("type");
        JsonSerializer.Serialize(writer, consumer.Type, OrtcJsonContext.Default.ConsumerType);
        writer.WritePropertyName("appData");
        writer.WriteRawValue(consumer.ProducerAppData.ToString());
        writer.WriteBoolean("producerPaused", consumer.ProducerPaused);
        writer.WriteEndObject();
    }

    public static void ProducerScore(Utf8JsonWriter writer, ProducerId id, ImmutableArray<EncodingScore> scores)
    {
        writer.WriteStartObject();
        writer.WriteString("producerId", id.Value);
        writer.WritePropertyName("score");
        JsonSerializer.Serialize(writer, scores, SignalingJsonContext.Default.ImmutableArrayEncodingScore);
        writer.WriteEndObject();
    }

    public static void ConsumerScore(Utf8JsonWriter writer, ConsumerId id, ConsumerScore score)
    {
        writer.WriteStartObject();
        writer.WriteString("consumerId", id.Value);
        writer.WritePropertyName("score");
        JsonSerializer.Serialize(writer, score, SignalingJsonContext.Default.ConsumerScore);
        writer.WriteEndObject();
    }

    /// <summary>Both null: nothing is sent.</summary>
    public static void ConsumerLayers(Utf8JsonWriter writer, ConsumerId id, ConsumerLayers? layers)
    {
        writer.WriteStartObject();
        writer.WriteString("consumerId", id.Value);
        NumberOrNull(writer, "spatialLayer", layers?.SpatialLayer);
        NumberOrNull(writer, "temporalLayer", layers?.TemporalLayer);
        writer.WriteEndObject();
    }

    /// <summary>Both null: nobody speaks.</summary>
    public static void ActiveSpeaker(Utf8JsonWriter writer, PeerId? peer, int? volume)
    {
        writer.WriteStartObject();
        writer.WriteString("peerId", peer?.Value);
        NumberOrNull(writer, "volume", volume);
        writer.WriteEndObject();
    }

    public static void DownlinkBwe(Utf8JsonWriter writer, BweTrace trace)
    {
        writer.WriteStartObject();
        writer.WriteNumber("desiredBitrate", trace.DesiredBitrate);
        writer.WriteNumber("effectiveDesiredBitrate", trace.EffectiveDesiredBitrate);
        writer.WriteNumber("availableBitrate", trace.AvailableBitrate);
        writer.WriteEndObject();
    }

    private static void NumberOrNull(Utf8JsonWriter writer, string name, int? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
