namespace Sfu.Media.Rtp;

/// <summary>Answer of <see cref="RetransmissionBuffer{T}"/>.</summary>
public enum RetransmissionLookup
{
    /// <summary>The packet is there and counts as sent again now.</summary>
    Found,

    /// <summary>Never stored, or too old.</summary>
    NotStored,

    /// <summary>It was sent again less than the interval ago, so the one on its way may still come.</summary>
    TooSoon,
}
