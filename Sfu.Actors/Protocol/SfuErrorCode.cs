namespace Sfu.Actors.Protocol;

/// <summary>Why a request was rejected. For programs; <see cref="SfuError.Reason"/> is for people. Numbers are part of the wire format.</summary>
public enum SfuErrorCode
{
    /// <summary>No such Router, transport, Producer, Consumer, peer or server.</summary>
    NotFound = 1,

    /// <summary>It exists no more, or is about to close.</summary>
    Closed = 2,

    /// <summary>Not now: a second connect, produce before connect.</summary>
    InvalidState = 3,

    /// <summary>The parameters contradict themselves, the Router's capabilities, or what exists (SSRC or MID taken).</summary>
    InvalidParameters = 4,

    /// <summary>The id is taken.</summary>
    AlreadyExists = 5,

    /// <summary>The consuming peer has no codec for this Producer.</summary>
    CannotConsume = 6,

    /// <summary>Understood, and not to be had here.</summary>
    Unsupported = 7,

    /// <summary>The node cannot: no listening server, the operating system refuses.</summary>
    Unavailable = 8,

    /// <summary>A bug of the node, contained to the object that it happened to.</summary>
    Fault = 9,
}
