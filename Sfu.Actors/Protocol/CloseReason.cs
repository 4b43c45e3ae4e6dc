namespace Sfu.Actors.Protocol;

/// <summary>Why something closed. Travels with the closing; each closing is reported once, with its nearest cause. Numbers are part of the wire format.</summary>
public enum CloseReason
{
    /// <summary>Somebody asked for it.</summary>
    Requested = 1,

    /// <summary>The transport's WebRtcServer closed.</summary>
    ListenServerClosed = 2,

    RouterClosed = 3,

    /// <summary>Of a Producer or Consumer: its own transport closed.</summary>
    TransportClosed = 4,

    /// <summary>Of a Consumer: its Producer closed. Of a Producer that was piped: what it was piped from closed.</summary>
    ProducerClosed = 5,

    /// <summary>The session that owned the transport ended.</summary>
    OwnerClosed = 6,

    /// <summary>The peer left the Router.</summary>
    PeerClosed = 7,

    /// <summary>Another session attached under the same peer id.</summary>
    PeerReplaced = 8,

    /// <summary>The node that carried it is gone.</summary>
    NodeLost = 9,

    /// <summary>The node shuts down.</summary>
    NodeClosed = 10,

    /// <summary>The media plane gave it up.</summary>
    MediaFault = 11,

    /// <summary>A bug in its control code, contained to it.</summary>
    ControlFault = 12,

    /// <summary>Of an end of a pipe, and of what left by it: the other end closed.</summary>
    PipeClosed = 13,
}
