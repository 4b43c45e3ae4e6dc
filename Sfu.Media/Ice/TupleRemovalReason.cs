namespace Sfu.Media.Ice;

/// <summary>Why a transport lost a tuple.</summary>
public enum TupleRemovalReason : byte
{
    /// <summary>It made room for a newer one.</summary>
    Evicted,

    /// <summary>Its TCP connection closed.</summary>
    Closed,

    /// <summary>No authenticated check came on it within the consent time.</summary>
    ConsentExpired,

    /// <summary>Another transport's peer authenticated on the same 5-tuple.</summary>
    TakenOver,

    /// <summary>Its transport closed.</summary>
    TransportClosed,
}
