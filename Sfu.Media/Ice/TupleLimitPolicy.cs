namespace Sfu.Media.Ice;

/// <summary>What happens to a new tuple when a transport has as many as it may have.</summary>
public enum TupleLimitPolicy : byte
{
    /// <summary>The least recently active tuple that is not selected goes.</summary>
    Evict,

    /// <summary>The new one is refused with STUN error 500, which a controlling agent takes as temporary.</summary>
    Reject,
}
