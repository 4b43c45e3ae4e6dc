namespace Sfu.Media.Rtp;

/// <summary>The header extensions that the node knows. <see cref="HeaderExtensionUris"/> has their URIs.</summary>
public enum HeaderExtensionKind : byte
{
    Unknown,

    /// <summary>RFC 9143: media section the packet belongs to.</summary>
    Mid,

    /// <summary>RFC 8852: restriction identifier of a simulcast encoding.</summary>
    RtpStreamId,

    /// <summary>RFC 8852: restriction identifier that an RTX stream repairs.</summary>
    RepairedRtpStreamId,

    /// <summary>24-bit 6.18 fixed-point send time.</summary>
    AbsSendTime,

    /// <summary>16-bit sequence number over all streams of a transport.</summary>
    TransportWideSequenceNumber,

    /// <summary>RFC 6464: client-to-mixer audio level.</summary>
    AudioLevel,

    /// <summary>3GPP TS 26.114: camera, flip and rotation.</summary>
    VideoOrientation,

    /// <summary>RFC 5450: transmission time offset.</summary>
    TimestampOffset,

    AbsCaptureTime,
    PlayoutDelay,

    /// <summary>AV1 RTP specification, appendix A.</summary>
    DependencyDescriptor,

    /// <summary>mediasoup's packet identifier.</summary>
    MediasoupPacketId,
}
