using System.Text.Json.Serialization;

namespace Sfu.Media.Ortc;

/// <summary>
/// Direction of a header extension in capabilities, seen from their owner. The Router's <see cref="RecvOnly"/> means: accepted from
/// Producers, not offered to Consumers.
/// </summary>
[JsonConverter(typeof(RtpHeaderExtensionDirectionConverter))]
public enum RtpHeaderExtensionDirection
{
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

/// <summary>The wire names of <see cref="RtpHeaderExtensionDirection"/>.</summary>
public sealed class RtpHeaderExtensionDirectionConverter()
    : WireNameConverter<RtpHeaderExtensionDirection>("sendrecv", "sendonly", "recvonly", "inactive");
