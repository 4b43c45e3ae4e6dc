using System.Text.Json.Serialization;
using Sfu.Actors.Protocol;

namespace Sfu.Host.Health;

/// <summary>The JSON of <c>/debug/cluster</c> and of its events.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(RouterIdConverter), typeof(ProducerIdConverter), typeof(PeerIdConverter)])]
[JsonSerializable(typeof(ClusterDump))]
[JsonSerializable(typeof(ClusterEvents.MemberUp))]
[JsonSerializable(typeof(ClusterEvents.MemberUnreachable))]
[JsonSerializable(typeof(ClusterEvents.MemberReachable))]
[JsonSerializable(typeof(ClusterEvents.MemberRemoved))]
[JsonSerializable(typeof(ClusterEvents.RouterStarted))]
[JsonSerializable(typeof(ClusterEvents.RouterStopped))]
internal sealed partial class ClusterJsonContext : JsonSerializerContext;
