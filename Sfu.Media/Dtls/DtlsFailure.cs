namespace Sfu.Media.Dtls;

/// <summary>Why a <see cref="DtlsSession"/> failed.</summary>
public enum DtlsFailure
{
    None,

    /// <summary>The peer's certificate has none of the fingerprints that signalling brought. The peer was told bad_certificate.</summary>
    FingerprintMismatch,

    /// <summary>The handshake negotiated no SRTP profile (RFC 5764 §4.1). The peer was told handshake_failure.</summary>
    NoSrtpProfile,

    /// <summary>The peer sent a fatal alert; <see cref="DtlsSession.PeerAlert"/> has its description (RFC 5246 §7.2).</summary>
    PeerAlert,

    /// <summary>The peer broke the protocol, sent no certificate, or shares no parameters with this node.</summary>
    ProtocolError,

    /// <summary>The handshake did not finish in time (RFC 6347 §4.2.4).</summary>
    TimedOut,
}
