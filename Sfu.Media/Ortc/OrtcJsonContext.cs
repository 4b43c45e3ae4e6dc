using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Sfu.Media.Ortc;

/// <summary>
/// The JSON shapes of this room, generated at compile time. For writing, and for reading what this program wrote itself; what comes
/// from a client is read by <c>OrtcJson</c>, which reports instead of throwing.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    NumberHandling = JsonNumberHandling.Strict,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
    RespectNullableAnnotations = true,
    MaxDepth = 16)]
[JsonSerializable(typeof(RtpCapabilities))]
[JsonSerializable(typeof(RtpParameters))]
[JsonSerializable(typeof(RtpMapping))]
[JsonSerializable(typeof(DtlsParameters))]
[JsonSerializable(typeof(ImmutableArray<RtpCodecCapability>))]
[JsonSerializable(typeof(MediaKind))]
[JsonSerializable(typeof(ProducerType))]
[JsonSerializable(typeof(ConsumerType))]
public sealed partial class OrtcJsonContext : JsonSerializerContext;
