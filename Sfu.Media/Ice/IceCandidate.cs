using System.Text.Json.Serialization;

namespace Sfu.Media.Ice;

/// <summary>A host candidate as clients get it, in mediasoup's JSON shape.</summary>
/// <param name="Foundation">Equal for candidates of the same address and protocol, RFC 8445 §5.1.1.3.</param>
/// <param name="Priority">RFC 8445 §5.1.2.</param>
/// <param name="Ip">The address or host name to send to. Older clients read this name.</param>
/// <param name="Address">The same.</param>
/// <param name="Port">Host order.</param>
/// <param name="Protocol"><c>udp</c> or <c>tcp</c>.</param>
/// <param name="Type">Always <c>host</c>.</param>
/// <param name="TcpType"><c>passive</c> for TCP (RFC 6544), else null and left out of the JSON.</param>
public sealed record IceCandidate(
    [property: JsonPropertyName("foundation")] string Foundation,
    [property: JsonPropertyName("priority")] uint Priority,
    [property: JsonPropertyName("ip")] string Ip,
    [property: JsonPropertyName("address")] string Address,
    [property: JsonPropertyName("port")] ushort Port,
    [property: JsonPropertyName("protocol")] string Protocol,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("tcpType"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TcpType);
