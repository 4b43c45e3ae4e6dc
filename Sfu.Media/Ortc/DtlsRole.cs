using System.Text.Json.Serialization;

namespace Sfu.Media.Ortc;

/// <summary>A peer's part in the DTLS handshake. Wire names <c>auto</c>, <c>client</c>, <c>server</c>.</summary>
[JsonConverter(typeof(DtlsRoleConverter))]
public enum DtlsRole
{
    /// <summary>Not decided: the server of this project then acts as DTLS server towards a remote <c>auto</c>.</summary>
    Auto,

    /// <summary>Sends the ClientHello (SDP <c>setup:active</c>).</summary>
    Client,

    /// <summary>Awaits the ClientHello (SDP <c>setup:passive</c>).</summary>
    Server,
}

/// <summary>The wire names of <see cref="DtlsRole"/>.</summary>
public sealed class DtlsRoleConverter() : WireNameConverter<DtlsRole>("auto", "client", "server");
