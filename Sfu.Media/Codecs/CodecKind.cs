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
    Vp8,
    Vp9,
    H264,
    Av1,
    Rtx,
}
