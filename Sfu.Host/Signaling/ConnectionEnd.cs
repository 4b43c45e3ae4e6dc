namespace Sfu.Host.Signaling;

/// <summary>How a WebSocket ended.</summary>
internal enum ConnectionEnd
{
    /// <summary>The client said goodbye by a close frame: it has left.</summary>
    ClosedByClient,

    /// <summary>This side closed it.</summary>
    ClosedByServer,

    /// <summary>The network failed or the client broke the protocol of the WebSocket: it may come back.</summary>
    Lost,
}
