using Sfu.Media.Control;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>What a consumer answers when it is asked how it is. Stateless; media thread only.</summary>
internal static class ConsumerStats
{
    /// <param name="consumer">Of whom.</param>
    /// <param name="repair">Null when it sends nothing again.</param>
    /// <param name="now">Time of asking.</param>
    public static RtpStreamStats Of(MediaConsumer consumer, ConsumerRepair? repair, MediaTime now)
    {
        var sent = consumer.Sent;
        return new RtpStreamStats(
            "outbound-rtp",
            consumer.Transport.UnixMs(now),
            consumer.Ssrc,
            consumer.RtxSsrc,
            Rid: null,
            consumer.Kind.ToString().ToLowerInvariant(),
            consumer.MimeType,
            PacketCount: sent.PacketCount,
            ByteCount: sent.ByteCount,
            Bitrate: sent.Bitrate(now),
            PacketsLost: sent.CumulativeLost,
            FractionLost: sent.FractionLost,
            PacketsDiscarded: 0,
            PacketsRetransmitted: repair?.PacketsRetransmitted ?? 0,
            PacketsRepaired: 0,
            NackCount: repair?.NackCount ?? 0,
            NackPacketCount: repair?.NackPacketCount ?? 0,
            PliCount: consumer.PliCount,
            FirCount: consumer.FirCount,
            KeyFrameCount: 0,
            Jitter: 0,
            RoundTripTime: sent.RttUs / 1000.0,
            Score: consumer.Score,
            BitrateByLayer: null);
    }
}
