namespace Sfu.Media.Ortc;

/// <summary>One RTP stream. A member that is null was not given.</summary>
public sealed record RtpEncodingParameters
{
    /// <summary>The media SSRC. Absent when the stream is found by its <see cref="Rid"/>.</summary>
    public uint? Ssrc { get; init; }

    /// <summary>The RID value of the packets (RFC 8851).</summary>
    public string? Rid { get; init; }

    /// <summary>The payload type of the media codec of this stream, 0–127. The first media codec when absent.</summary>
    public int? CodecPayloadType { get; init; }

    /// <summary>The RTX stream of this one (RFC 4588), when its SSRC is known.</summary>
    public RtpRtxParameters? Rtx { get; init; }

    /// <summary>Whether the sender stops at silence, so that missing packets say nothing about the stream's health.</summary>
    public bool? Dtx { get; init; }

    /// <summary>For instance <c>L1T3</c>, <c>L3T3_KEY</c>; read it with <see cref="Ortc.ScalabilityMode"/>.</summary>
    public string? ScalabilityMode { get; init; }

    /// <summary>Bit/s.</summary>
    public double? MaxBitrate { get; init; }
}
