using System.Collections.Immutable;
using Sfu.Media.Control;

namespace Sfu.Actors.Serialization.Contract;

/// <summary>Statistics and traces of the media plane.</summary>
internal static class StatsWire
{
    public static void AddTo(WireTableBuilder table) => table
        .Record<WireLayerBitrate>("Layer:1 Bitrate:2")
        .Collection<ImmutableDictionary<string, long>, WireLayerBitrate>(
            "LayerBitrates",
            bitrates => bitrates.Select(entry => new WireLayerBitrate(entry.Key, entry.Value)),
            entries => ImmutableDictionary.CreateRange(entries.DistinctBy(entry => entry.Layer).Select(entry => KeyValuePair.Create(entry.Layer, entry.Bitrate))))
        .Record<TupleStats>("LocalAddress:1 LocalPort:2 Protocol:3 RemoteIp:4 RemotePort:5")
        .Record<TransportStats>(
            "Timestamp:1 IceState:2 DtlsState:3 -:4 BytesReceived:5 BytesSent:6 RecvBitrate:7 SendBitrate:8 RtpBytesReceived:9 "
            + "RtpBytesSent:10 ProbationBytesSent:11 AvailableOutgoingBitrate:12 AvailableIncomingBitrate:13 MaxIncomingBitrate:14 "
            + "RtpPacketLossReceived:15 RtpPacketLossSent:16 IceRole:17 RtpRecvBitrate:18 RtpSendBitrate:19 RtxBytesReceived:20 RtxRecvBitrate:21 "
            + "RtxBytesSent:22 RtxSendBitrate:23 ProbationSendBitrate:24 MaxOutgoingBitrate:25 MinOutgoingBitrate:26 Type:27 "
            + "IceSelectedTuple:28 TransportId:29 RtcpMux:30 Comedia:31 Tuple:32 RtcpTuple:33")
        .Record<RtpStreamStats>(
            "Type:1 Timestamp:2 Ssrc:3 RtxSsrc:4 Rid:5 Kind:6 MimeType:7 PacketCount:8 ByteCount:9 Bitrate:10 PacketsLost:11 FractionLost:12 "
            + "PacketsDiscarded:13 PacketsRetransmitted:14 PacketsRepaired:15 NackCount:16 NackPacketCount:17 PliCount:18 FirCount:19 "
            + "KeyFrameCount:20 -:21 RoundTripTime:22 Score:23 BitrateByLayer:24 Jitter:25 RtxPacketsDiscarded:26")
        .Union<MediaStats>((1, typeof(TransportStats)), (2, typeof(RtpStreamStats)))
        .Enumeration<MediaTraceTypes>()
        .Enumeration<MediaTraceDirection>()
        .Record<RtpTrace>(
            "Type:1 Timestamp:2 Direction:3 Ssrc:4 PayloadType:5 SequenceNumber:6 RtpTimestamp:7 Marker:8 Size:9 PayloadSize:10 IsKeyFrame:11 "
            + "IsRtx:12 SpatialLayer:13 TemporalLayer:14")
        .Record<FeedbackTrace>("Type:1 Timestamp:2 Direction:3 Ssrc:4")
        .Record<SenderReportTrace>(
            "Timestamp:1 Direction:2 Ssrc:3 NtpSeconds:4 NtpFraction:5 RtpTimestamp:6 PacketCount:7 OctetCount:8 Type:9")
        .Record<BweTrace>(
            "Timestamp:1 BweType:2 DesiredBitrate:3 EffectiveDesiredBitrate:4 MinBitrate:5 MaxBitrate:6 StartBitrate:7 MaxPaddingBitrate:8 "
            + "AvailableBitrate:9 Type:10 Direction:11")
        .Union<MediaTrace>((1, typeof(RtpTrace)), (2, typeof(FeedbackTrace)), (3, typeof(SenderReportTrace)), (4, typeof(BweTrace)));
}
