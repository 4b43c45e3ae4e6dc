using System.Text.Json.Serialization;

namespace Sfu.Media.Control;

/// <summary>What a trace may be about. Producers and consumers: all but the last two. Transports: the last two.</summary>
[Flags]
public enum MediaTraceTypes
{
    None = 0,
    Rtp = 1,
    KeyFrame = 2,
    Nack = 4,
    Pli = 8,
    Fir = 16,
    SenderReport = 32,
    Bwe = 64,
    Probation = 128,
}

/// <summary>Which way the traced thing went, seen from the node. Wire names <c>in</c> and <c>out</c>.</summary>
public enum MediaTraceDirection
{
    In,
    Out,
}

/// <summary>One thing that happened to somebody who is traced. For people who look for a fault: a trace of <c>rtp</c> is an event per packet.</summary>
/// <param name="Type">One flag.</param>
/// <param name="Timestamp">Unix milliseconds.</param>
/// <param name="Direction">Which way it went.</param>
[JsonDerivedType(typeof(RtpTrace), "rtp")]
[JsonDerivedType(typeof(FeedbackTrace), "feedback")]
[JsonDerivedType(typeof(SenderReportTrace), "sr")]
[JsonDerivedType(typeof(BweTrace), "bwe")]
public abstract record MediaTrace(MediaTraceTypes Type, long Timestamp, MediaTraceDirection Direction);

/// <summary>A packet: of type <c>rtp</c>, <c>keyframe</c> or <c>probation</c>.</summary>
/// <param name="Type">One flag.</param>
/// <param name="Timestamp">Unix milliseconds.</param>
/// <param name="Direction">Which way it went.</param>
/// <param name="Ssrc">Its SSRC on that side.</param>
/// <param name="PayloadType">Likewise.</param>
/// <param name="SequenceNumber">Likewise.</param>
/// <param name="RtpTimestamp">Likewise.</param>
/// <param name="Marker">Its marker bit.</param>
/// <param name="Size">Header and payload, unprotected, in bytes.</param>
/// <param name="PayloadSize">In bytes.</param>
/// <param name="IsKeyFrame">It starts a key frame.</param>
/// <param name="IsRtx">It came or goes as a retransmission.</param>
/// <param name="SpatialLayer">−1 when it has none.</param>
/// <param name="TemporalLayer">−1 when it has none.</param>
public sealed record RtpTrace(
    MediaTraceTypes Type,
    long Timestamp,
    MediaTraceDirection Direction,
    uint Ssrc,
    byte PayloadType,
    ushort SequenceNumber,
    uint RtpTimestamp,
    bool Marker,
    int Size,
    int PayloadSize,
    bool IsKeyFrame,
    bool IsRtx,
    int SpatialLayer,
    int TemporalLayer) : MediaTrace(Type, Timestamp, Direction);

/// <summary>A request about one stream: NACK, PLI or FIR.</summary>
public sealed record FeedbackTrace(MediaTraceTypes Type, long Timestamp, MediaTraceDirection Direction, uint Ssrc) : MediaTrace(Type, Timestamp, Direction);

/// <summary>A Sender Report.</summary>
/// <param name="Timestamp">Unix milliseconds.</param>
/// <param name="Direction">Which way it went.</param>
/// <param name="Ssrc">Whose.</param>
/// <param name="NtpSeconds">Upper half of its NTP time.</param>
/// <param name="NtpFraction">Lower half.</param>
/// <param name="RtpTimestamp">The same moment on the stream's clock.</param>
/// <param name="PacketCount">Packets sent so far.</param>
/// <param name="OctetCount">Payload bytes sent so far.</param>
public sealed record SenderReportTrace(
    long Timestamp, MediaTraceDirection Direction, uint Ssrc, uint NtpSeconds, uint NtpFraction, uint RtpTimestamp, uint PacketCount, uint OctetCount)
    : MediaTrace(MediaTraceTypes.SenderReport, Timestamp, Direction);

/// <summary>The path to the client was estimated anew. Bitrates in bit/s.</summary>
/// <param name="Timestamp">Unix milliseconds.</param>
/// <param name="BweType"><c>transport-cc</c>, <c>ccfb</c>, <c>remb</c> or, where the client gives none of these, <c>rr</c>.</param>
/// <param name="DesiredBitrate">What all consumers would take at their preferred layers.</param>
/// <param name="EffectiveDesiredBitrate">The same without its dips: it rises at once and falls by 5 % a second.</param>
/// <param name="MinBitrate">The lower limit.</param>
/// <param name="MaxBitrate">The upper limit; 0 for none.</param>
/// <param name="StartBitrate">What the estimate began with.</param>
/// <param name="MaxPaddingBitrate">What probing may add.</param>
/// <param name="AvailableBitrate">The estimate.</param>
public sealed record BweTrace(
    long Timestamp,
    string BweType,
    long DesiredBitrate,
    long EffectiveDesiredBitrate,
    long MinBitrate,
    long MaxBitrate,
    long StartBitrate,
    long MaxPaddingBitrate,
    long AvailableBitrate) : MediaTrace(MediaTraceTypes.Bwe, Timestamp, MediaTraceDirection.Out);
