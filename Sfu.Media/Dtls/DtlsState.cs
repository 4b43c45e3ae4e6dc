namespace Sfu.Media.Dtls;

/// <summary>
/// The life of a <see cref="DtlsSession"/>: New → Connecting → Connected → Closed, with Failed reachable from Connecting and
/// Connected. Closed and Failed are final.
/// </summary>
public enum DtlsState
{
    /// <summary>Not started; datagrams are ignored.</summary>
    New,

    /// <summary>Handshaking, or waiting for the remote fingerprints to go on.</summary>
    Connecting,

    /// <summary>The handshake is done, the peer's certificate matched a fingerprint, the SRTP keys are ready.</summary>
    Connected,

    /// <summary>Ended with an error; <see cref="DtlsSession.Failure"/> says which.</summary>
    Failed,

    /// <summary>Ended by either side's close_notify or by <see cref="DtlsSession.Close"/>.</summary>
    Closed,
}
