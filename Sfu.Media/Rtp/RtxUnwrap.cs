namespace Sfu.Media.Rtp;

/// <summary>What an RTX packet turned out to be.</summary>
public enum RtxUnwrap
{
    /// <summary>Not an RTP packet, or too short for an original sequence number.</summary>
    Malformed,

    /// <summary>No payload, or one of padding only: senders probe bandwidth with it. Nothing to forward.</summary>
    PaddingOnly,

    /// <summary>The original packet stands in the buffer.</summary>
    Media,
}
