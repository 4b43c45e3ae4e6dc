namespace Sfu.Media.Dtls;

/// <summary>How a call into OpenSSL ended.</summary>
internal enum DtlsStep
{
    Done,

    /// <summary>Nothing more to do before the next datagram.</summary>
    WantsInput,

    /// <summary>The peer has sent close_notify.</summary>
    PeerClosed,

    Failed,
}
