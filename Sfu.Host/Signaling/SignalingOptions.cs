namespace Sfu.Host.Signaling;

/// <summary>Limits and patience of signalling (<c>sfu.host.signaling</c>).</summary>
internal sealed record SignalingOptions
{
    /// <summary>How long a session without WebSocket keeps its transports, so that the same peer may come back.</summary>
    public TimeSpan GracePeriod { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a client may take to send its first message.</summary>
    public TimeSpan FirstMessageTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a client may take to answer <c>newConsumer</c>.</summary>
    public TimeSpan ClientAnswerTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a Router may take to answer.</summary>
    public TimeSpan RouterAnswerTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How often a silent WebSocket is pinged, and how long its pong may take.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes of one message from a client.</summary>
    public int MaxMessageBytes { get; init; } = 256 * 1024;

    /// <summary>Messages that wait for a slow client; one more ends its WebSocket.</summary>
    public int MaxOutgoingMessages { get; init; } = 1024;

    /// <summary>Requests of one client that wait for their answers; more are not read from its WebSocket.</summary>
    public int MaxPendingRequests { get; init; } = 64;

    public int MaxTransportsPerSession { get; init; } = 8;

    public int MaxProducersPerSession { get; init; } = 32;

    /// <summary>Sessions of this node.</summary>
    public int MaxSessions { get; init; } = 10_000;

    /// <summary>Where this node is, and so about where its clients are (<c>sfu.cluster.region</c>); null: not known.</summary>
    public string? Region { get; init; }

    /// <summary>Within the region (<c>sfu.cluster.zone</c>); null: not known.</summary>
    public string? Zone { get; init; }
}
