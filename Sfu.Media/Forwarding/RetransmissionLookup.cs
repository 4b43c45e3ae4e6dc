namespace Sfu.Media.Forwarding;

/// <summary>Answer of <see cref="SentPackets"/>.</summary>
internal enum RetransmissionLookup
{
    /// <summary>The packet is there and counts as sent again now.</summary>
    Found,

    /// <summary>Never sent, or too long ago.</summary>
    NotStored,

    /// <summary>It was sent again less than the interval ago, so the one on its way may still come.</summary>
    TooSoon,
}
