using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>Tells those who look for a fault what happens, packet by packet where they want it so. Media thread only.</summary>
internal static class Traces
{
    /// <summary>A packet of a producer came in.</summary>
    public static void Received(MediaProducer producer, in RtpPacket packet, in FrameLayers frame, bool isRtx, MediaTime now)
    {
        if (OfPacket(producer.Traced, frame) is not MediaTraceTypes.None and var type)
        {
            var trace = Packet(type, producer.Transport.UnixMs(now), MediaTraceDirection.In, packet, packet.Packet.Length, frame, isRtx);
            producer.Transport.Events.ProducerTraced(producer.Handle, trace);
        }
    }

    /// <summary>A packet left for a consumer's client.</summary>
    /// <param name="consumer">Whose.</param>
    /// <param name="sent">Header and payload as they left, unprotected.</param>
    /// <param name="size">Of both, in bytes.</param>
    /// <param name="frame">What it is a part of.</param>
    /// <param name="isRtx">It was sent before.</param>
    /// <param name="now">Time of sending.</param>
    public static void Sent(MediaConsumer consumer, in RtpPacket sent, int size, in FrameLayers frame, bool isRtx, MediaTime now)
    {
        if (OfPacket(consumer.Traced, frame) is not MediaTraceTypes.None and var type)
        {
            var trace = Packet(type, consumer.Transport.UnixMs(now), MediaTraceDirection.Out, sent, size, frame, isRtx);
            consumer.Transport.Events.ConsumerTraced(consumer.Handle, trace);
        }
    }

    /// <summary>A packet was sent again only to see whether the path carries it.</summary>
    /// <param name="consumer">Whose.</param>
    /// <param name="ssrc">Of its RTX stream.</param>
    /// <param name="sequence">Likewise.</param>
    /// <param name="timestamp">Of what it repeats.</param>
    /// <param name="markerAndType">Likewise.</param>
    /// <param name="size">Header and payload, in bytes.</param>
    /// <param name="now">Time of sending.</param>
    public static void Probed(MediaConsumer consumer, uint ssrc, ushort sequence, uint timestamp, byte markerAndType, int size, MediaTime now)
    {
        if ((consumer.Transport.Traced & MediaTraceTypes.Probation) != 0)
        {
            consumer.Transport.Events.TransportTraced(new RtpTrace(
                MediaTraceTypes.Probation,
                consumer.Transport.UnixMs(now),
                MediaTraceDirection.Out,
                ssrc,
                (byte)(markerAndType & ~PacketNumbers.MarkerBit),
                sequence,
                timestamp,
                (markerAndType & PacketNumbers.MarkerBit) != 0,
                size,
                size - RtpPacket.FixedHeaderLength,
                IsKeyFrame: false,
                IsRtx: true,
                SpatialLayer: -1,
                TemporalLayer: -1));
        }
    }

    /// <summary>A request was sent to a producer's client.</summary>
    public static void Asked(MediaProducer producer, MediaTraceTypes type, uint ssrc, MediaTime now)
    {
        if ((producer.Traced & type) != 0)
        {
            producer.Transport.Events.ProducerTraced(producer.Handle, new FeedbackTrace(type, producer.Transport.UnixMs(now), MediaTraceDirection.Out, ssrc));
        }
    }

    /// <summary>A consumer's client sent a request.</summary>
    public static void WasAsked(MediaConsumer consumer, MediaTraceTypes type, MediaTime now)
    {
        if ((consumer.Traced & type) != 0)
        {
            consumer.Transport.Events.ConsumerTraced(
                consumer.Handle, new FeedbackTrace(type, consumer.Transport.UnixMs(now), MediaTraceDirection.In, consumer.Ssrc));
        }
    }

    /// <summary>A producer's client reported.</summary>
    public static void Reported(MediaProducer producer, in SenderInfo report, MediaTime now)
    {
        if ((producer.Traced & MediaTraceTypes.SenderReport) != 0)
        {
            producer.Transport.Events.ProducerTraced(producer.Handle, Report(report, producer.Transport.UnixMs(now), MediaTraceDirection.In));
        }
    }

    /// <summary>A report was sent to a consumer's client.</summary>
    public static void Reported(MediaConsumer consumer, in SenderInfo report, MediaTime now)
    {
        if ((consumer.Traced & MediaTraceTypes.SenderReport) != 0)
        {
            consumer.Transport.Events.ConsumerTraced(consumer.Handle, Report(report, consumer.Transport.UnixMs(now), MediaTraceDirection.Out));
        }
    }

    /// <summary>A key frame is told as such, if that is asked for, and else as a packet.</summary>
    private static MediaTraceTypes OfPacket(MediaTraceTypes traced, in FrameLayers frame) =>
        frame.IsKeyFrame && (traced & MediaTraceTypes.KeyFrame) != 0 ? MediaTraceTypes.KeyFrame : traced & MediaTraceTypes.Rtp;

    private static RtpTrace Packet(
        MediaTraceTypes type, long unixMs, MediaTraceDirection direction, in RtpPacket packet, int size, in FrameLayers frame, bool isRtx) => new(
        type,
        unixMs,
        direction,
        packet.Ssrc,
        packet.PayloadType,
        packet.SequenceNumber,
        packet.Timestamp,
        packet.Marker,
        size,
        size - packet.HeaderLength - packet.PaddingLength,
        frame.IsKeyFrame,
        isRtx,
        frame.SpatialLayer,
        frame.TemporalLayer);

    private static SenderReportTrace Report(in SenderInfo report, long unixMs, MediaTraceDirection direction) => new(
        unixMs,
        direction,
        report.Ssrc,
        (uint)(report.Ntp.Value >> 32),
        (uint)report.Ntp.Value,
        report.RtpTimestamp,
        report.PacketCount,
        report.OctetCount);
}
