namespace Sfu.Media.Codecs;

/// <summary>What a payload type carries. <see cref="CodecKinds.FromMimeType"/> maps negotiated names.</summary>
public enum CodecKind
{
    Unknown,
    Opus,
    MultiOpus,
    Pcmu,
    Pcma,
    G722,
    TelephoneEvent,
    ComfortNoise,

    /// <summary>RFC 2198: audio with redundancy.</summary>
    Red,
    Vp8,
    Vp9,
    H264,
    Av1,
    Rtx,
}
