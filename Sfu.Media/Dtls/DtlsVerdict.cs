namespace Sfu.Media.Dtls;

/// <summary>What a session thinks of the peer's certificate.</summary>
internal enum DtlsVerdict
{
    Accept,

    /// <summary>Ends the handshake with the alert bad_certificate.</summary>
    Reject,

    /// <summary>Ends the handshake with the alert handshake_failure, for a reason that is not the certificate.</summary>
    RejectHandshake,
}
