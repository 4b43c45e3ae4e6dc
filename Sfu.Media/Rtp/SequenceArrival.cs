namespace Sfu.Media.Rtp;

/// <summary>How a packet's sequence number relates to those before it.</summary>
public enum SequenceArrival
{
    /// <summary>Ahead of all others: in order, or behind a gap.</summary>
    Newest,

    /// <summary>Behind the newest and not seen before.</summary>
    Late,

    /// <summary>Seen before. Not to be forwarded.</summary>
    Duplicate,

    /// <summary>Far from all others; a jump is believed when the next number follows (RFC 3550 §A.1). Not to be forwarded.</summary>
    Rejected,

    /// <summary>
    /// A jump was believed, or this is the first packet: counting starts anew. The stream's <see cref="NackGenerator"/> is reset and the
    /// <see cref="SequenceRewriter"/> of each consumer synced.
    /// </summary>
    Restarted,
}
