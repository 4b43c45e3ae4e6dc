namespace Sfu.Host.Signaling;

/// <summary>Status codes of WebSocket close frames, RFC 6455 §7.4.</summary>
internal static class CloseCodes
{
    public const int Normal = 1000;

    /// <summary>The node goes away; protoo-client tries again, and finds another node or the restarted one.</summary>
    public const int GoingAway = 1001;

    public const int UnsupportedData = 1003;

    public const int PolicyViolation = 1008;

    public const int MessageTooBig = 1009;

    /// <summary>A bug on this side.</summary>
    public const int InternalError = 1011;

    public const int TryAgainLater = 1013;

    /// <summary>protoo's own: ended by the server for good; the client does not try again.</summary>
    public const int EndedByServer = 4000;
}
