using Sfu.Media.Control;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>What a consumer answers when it is asked how it is. Stateless; media thread only.</summary>
internal static class ConsumerStats
{
    /// <summary>Answers, behind its own stream, with the producer's, which is asked where that lives.</summary>
    /// <param name="consumer">Of whom.</param>
    /// <param name="repair">Null when it sends nothing again.</param>
    /// <param name="encoding">Of the producer, that it gets at present; −1: none.</param>
    /// <param name="requestId">Who asks.</param>
    /// <param name="now">Time of asking.</param>
    public static void Report(MediaConsumer consumer, ConsumerRepair? repair, int encoding, long requestId, MediaTime now)
    {
        var own = Of(consumer, repair, now);
        var asked = consumer.Transport;
        var producer = consumer.Producer;
        if (consumer.Crossing is not null || encoding < 0)
        {
            asked.Events.StatsReady(requestId, [own]);
            return;
        }

        asked.Engine.Tell(producer.Transport, source =>
        {
            var received = producer.Stats(source.Engine.Now, encoding);
            source.Engine.Tell(asked, back =>
            {
                if (!back.HasLeft)
                {
                    back.Events.StatsReady(requestId, received is null ? [own] : [own, received]);
                }
            });
        });
    }

    private static RtpStreamStats Of(MediaConsumer consumer, ConsumerRepair? repair, MediaTime now)
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
            PacketsRepaired: repair?.PacketsRepaired ?? 0,
            NackCount: repair?.NackCount ?? 0,
            NackPacketCount: repair?.NackPacketCount ?? 0,
            PliCount: consumer.PliCount,
            FirCount: consumer.FirCount,
            KeyFrameCount: null,
            Jitter: sent.RemoteJitter,
            RoundTripTime: sent.RttUs / 1000.0,
            Score: consumer.Score);
    }
}
