using System.Text.Json.Serialization;

namespace Sfu.Media.Control;

/// <summary>What the media plane of a process is started with.</summary>
public sealed record MediaPlaneOptions
{
    /// <summary>The node's DTLS certificate in PEM, ECDSA or RSA; null: a new self-signed ECDSA P-256 one.</summary>
    public string? DtlsCertificatePem { get; init; }

    /// <summary>The private key in PEM that goes with <see cref="DtlsCertificatePem"/>.</summary>
    public string? DtlsPrivateKeyPem { get; init; }

    /// <summary>A TCP connection on which nobody has authenticated by then is closed. Milliseconds.</summary>
    public int TcpUnauthenticatedTimeoutMs { get; init; } = 10_000;

    /// <summary>TCP connections from one remote address; 0: no limit.</summary>
    public int TcpMaxConnectionsPerRemoteIp { get; init; }

    /// <summary>Bytes that may wait for the slow reader of a TCP connection; whole packets beyond it are dropped.</summary>
    public int TcpSendQueueBytes { get; init; } = 256 * 1024;

    /// <summary>Media threads; 0: as many as the process has processors.</summary>
    public int Threads { get; init; }

    /// <summary>Each media thread keeps to a processor of its own.</summary>
    public bool PinThreads { get; init; }

    /// <summary>How long a media thread looks for more work before it sleeps, in microseconds; 0: not at all.</summary>
    public long BusyPollUs { get; init; }

    /// <summary>
    /// Niceness of the media threads, −20 (first) … 19 (last): who gets a processor where several want it. Less than 0 takes a privilege, and
    /// changes nothing without it.
    /// </summary>
    public int Nice { get; init; }

    /// <summary>Called for what an operator should know, with a text for people, on any thread. Must not block.</summary>
    [JsonIgnore]
    public Action<string>? Warn { get; init; }
}
