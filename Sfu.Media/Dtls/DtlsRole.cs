namespace Sfu.Media.Dtls;

/// <summary>Which side of the handshake a session plays. In SDP, <c>setup:active</c> is the client (RFC 5763 §5).</summary>
public enum DtlsRole
{
    Client,
    Server,
}
