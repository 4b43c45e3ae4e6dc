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
/// A WebRtcTransport (<c>type: webrtc-transport</c>), PlainTransport (<c>plain-rtp-transport</c>) or end of a pipe (<c>pipe-transport</c>). What a
/// kind does not have is null, as is what is not known; losses are shares, 0 … 1. Bytes and bitrates
/// of <c>rtp</c> are media's first sending, those of <c>rtx</c> its repetition (RFC 4588), those of <c>probation</c> repetition only to see what the
/// path carries.
/// </summary>
public sealed record TransportStats(
    long Timestamp,
    string? IceState,
    string? DtlsState,
    TupleStats? IceSelectedTuple,
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
    /// <summary>Null on the media plane, which knows no ids: its actor fills it in.</summary>
    public string? TransportId { get; init; }

    /// <summary>What an ICE-lite node always is towards a client; null without ICE.</summary>
    public string? IceRole { get; init; }

    /// <summary>Of a PlainTransport: RTCP comes to the port of RTP.</summary>
    public bool? RtcpMux { get; init; }

    /// <summary>Of a PlainTransport: the remote address is learned.</summary>
    public bool? Comedia { get; init; }

    /// <summary>Without ICE: the path of media, with no remote side until there is one.</summary>
    public TupleStats? Tuple { get; init; }

    /// <summary>Of a PlainTransport without <see cref="RtcpMux"/>: the path of RTCP.</summary>
    public TupleStats? RtcpTuple { get; init; }

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
/// One RTP stream, received from a producer (<c>inbound-rtp</c>) or sent by a consumer (<c>outbound-rtp</c>). A consumer's answer has the
/// producer's stream that it is made from at present behind its own, but for one of a pipe.
/// </summary>
/// <param name="Type">Which.</param>
/// <param name="Timestamp">Unix milliseconds.</param>
/// <param name="Ssrc">Of the stream itself.</param>
/// <param name="RtxSsrc">Of its repetition; null: it has none, or it is not known yet.</param>
/// <param name="Rid">Of the encoding, where the client names it.</param>
/// <param name="Kind"><c>audio</c> or <c>video</c>.</param>
/// <param name="MimeType">Of the codec.</param>
/// <param name="PacketCount">Packets under its own SSRC.</param>
/// <param name="ByteCount">Of those, headers included.</param>
/// <param name="Bitrate">Likewise, bit/s.</param>
/// <param name="PacketsLost">As the last Receiver Report says: what a repetition by RTX brought is lost all the same.</param>
/// <param name="FractionLost">Of the last report's interval, in 1/256: 0 … 255.</param>
/// <param name="PacketsDiscarded">Came and were thrown away: twice the same, or a number far from the others.</param>
/// <param name="PacketsRetransmitted">Received: repetitions that came. Sent: repetitions that left because the client asked, each time.</param>
/// <param name="PacketsRepaired">Received: lost packets that a repetition brought. Sent: packets that were repeated, each counted once.</param>
/// <param name="NackCount">NACKs sent about a received stream, or received about a sent one.</param>
/// <param name="NackPacketCount">Packets that those asked for.</param>
/// <param name="PliCount">Likewise, PLI.</param>
/// <param name="FirCount">Likewise, FIR.</param>
/// <param name="KeyFrameCount">Key frames received; null of a sent stream. mediasoup has no such field.</param>
/// <param name="Jitter">In units of the RTP clock; of a sent stream as the client tells.</param>
/// <param name="RoundTripTime">Milliseconds; 0 while it is not known.</param>
/// <param name="Score">0 … 10.</param>
/// <param name="BitrateByLayer">Of a received stream: its layers by spatial and temporal number, each with those that it builds on; null of a sent one.</param>
/// <param name="RtxPacketsDiscarded">Repetitions that came and were of no use: unreadable, or of a number far from the others. Null without RTX.</param>
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
    long? KeyFrameCount,
    double Jitter,
    double? RoundTripTime,
    int Score = 0,
    ImmutableDictionary<string, long>? BitrateByLayer = null,
    long? RtxPacketsDiscarded = null) : MediaStats(Type, Timestamp);
