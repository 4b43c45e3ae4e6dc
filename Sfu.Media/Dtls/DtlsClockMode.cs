namespace Sfu.Media.Dtls;

/// <summary>Who measures the retransmission timer of a handshake; see <see cref="DtlsClock"/>.</summary>
internal enum DtlsClockMode
{
    /// <summary>OpenSSL, by the wall clock.</summary>
    Wall,

    /// <summary>The caller, by the media time it passes.</summary>
    Virtual,

    /// <summary>Nobody: finds out which of the two this OpenSSL allows.</summary>
    Probe,
}
