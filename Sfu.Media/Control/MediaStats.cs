using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Sfu.Media.Control;

/// <summary>
/// One entry of a statistics answer, in mediasoup's field names. Times are Unix milliseconds, bitrates bit/s, counts since the
/// start of the object.
/// </summary>
[JsonDerivedType(typeof(TransportStats))]
[JsonDerivedType(typeof(RtpStreamStats))]
public abstract record MediaStats(string Type, long Timestamp);

/// <summary>
/// A WebRtcTransport (<c>type: webrtc-transport</c>), PlainTransport (<c>plain-rtp-transport</c>) or end of a pipe (<c>pipe-transport</c>); the
/// latter two have neither ICE nor DTLS, and their states are <c>none</c>. What is not known is null; losses are shares, 0 … 1. Bytes and bitrates
/// of <c>rtp</c> are media's first sending, those of <c>rtx</c> its repetition (RFC 4588), those of <c>probation</c> repetition only to see what the
/// path carries.
/// </summary>
public sealed record TransportStats(
    long Timestamp,
    string IceState,
    string DtlsState,
    string? IceSelectedTuple,
    long BytesReceived,
    long BytesSent,
    long RecvBitrate,
    long SendBitrate,
    long RtpBytesReceived,
    long RtpBytesSent,
    long ProbationBytesSent = 0,
    long? AvailableOutgoingBitrate = null,
    long? AvailableIncomingBitrate = null,
    long? MaxIncomingBitrate = null,
    double RtpPacketLossReceived = 0,
    double RtpPacketLossSent = 0) : MediaStats("webrtc-transport", Timestamp)
{
    /// <summary>What an ICE-lite node always is towards a client; null without ICE.</summary>
    public string? IceRole { get; init; }

    public long RtpRecvBitrate { get; init; }

    public long RtpSendBitrate { get; init; }

    public long RtxBytesReceived { get; init; }

    public long RtxRecvBitrate { get; init; }

    public long RtxBytesSent { get; init; }

    public long RtxSendBitrate { get; init; }

    public long ProbationSendBitrate { get; init; }

    public long? MaxOutgoingBitrate { get; init; }

    public long? MinOutgoingBitrate { get; init; }
}

/// <summary>
/// One RTP stream, received from a producer (<c>inbound-rtp</c>) or sent by a consumer (<c>outbound-rtp</c>). <c>score</c> is 0 … 10;
/// <c>bitrateByLayer</c> has a received stream's layers by spatial and temporal number, each with those that it builds on.
/// </summary>
public sealed record RtpStreamStats(
    string Type,
    long Timestamp,
    uint Ssrc,
    uint? RtxSsrc,
    string? Rid,
    string Kind,
    string MimeType,
    long PacketCount,
    long ByteCount,
    long Bitrate,
    long PacketsLost,
    int FractionLost,
    long PacketsDiscarded,
    long PacketsRetransmitted,
    long PacketsRepaired,
    long NackCount,
    long NackPacketCount,
    long PliCount,
    long FirCount,
    long KeyFrameCount,
    double Jitter,
    double? RoundTripTime,
    int Score = 0,
    ImmutableDictionary<string, long>? BitrateByLayer = null) : MediaStats(Type, Timestamp);
