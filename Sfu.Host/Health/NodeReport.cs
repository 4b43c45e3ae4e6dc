using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Sfu.Actors.Protocol;

namespace Sfu.Host.Health;

/// <summary>The answer of <c>/debug/dump</c>.</summary>
/// <param name="Address">By which the other members of the cluster know the node.</param>
/// <param name="Roles">What the node does.</param>
/// <param name="Sessions">Signalling sessions of this node.</param>
/// <param name="Node">Actors and media plane; null when the node carries no media.</param>
/// <param name="Router">The room that was asked for.</param>
internal sealed record NodeReport(string Address, ImmutableArray<string> Roles, int Sessions, NodeProtocol.NodeDump? Node, RouterDump? Router)
{
    /// <summary>Nothing is left of any call.</summary>
    public bool IsIdle => Sessions == 0 && Node?.IsIdle != false && Router?.IsEmpty != false;
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(NodeReport))]
internal sealed partial class NodeReportJsonContext : JsonSerializerContext;
