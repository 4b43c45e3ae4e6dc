using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// One encoding of a producer as it arrives: reception statistics, requests for what is missing and for key frames.
/// Media thread only.
/// </summary>
internal sealed class ReceiveStream
{
    public ReceiveStream(MediaProducer producer, string? rid, uint ssrc, CodecEntry codec, int keyFrameRequestDelayMs)
    {
        Producer = producer;
        Rid = rid;
        Ssrc = ssrc;
        Codec = codec;
        Reception = new RtpStreamReceiver(ssrc, codec.ClockRate);
        Nack = codec.Nack && codec.Kind.IsVideo() ? new NackGenerator() : null;
        KeyFrames = new KeyFrameRequestLimiter(keyFrameRequestDelayMs > 0 ? keyFrameRequestDelayMs * 1000L : KeyFrameRequestLimiter.DefaultIntervalUs);
    }

    public MediaProducer Producer { get; }

    public string? Rid { get; }

    public uint Ssrc { get; }

    public uint? RtxSsrc { get; set; }

    public CodecEntry Codec { get; }

    public RtpStreamReceiver Reception { get; }

    /// <summary>Null where the client does not answer NACK, and for audio.</summary>
    public NackGenerator? Nack { get; }

    public KeyFrameRequestLimiter KeyFrames { get; }

    public long NackCount { get; set; }

    public long NackPacketCount { get; set; }

    public long PliCount { get; set; }

    public long FirCount { get; set; }

    public long KeyFrameCount { get; set; }

    public byte FirSequence { get; set; }

    public MediaTime NextTimeout => MediaTime.Min(Nack?.NextTimeout ?? MediaTime.Never, KeyFrames.NextTimeout);

    public RtpStreamStats Stats(MediaTime now, long unixMs, string kind)
    {
        return new RtpStreamStats(
            "inbound-rtp",
            unixMs,
            Ssrc,
            RtxSsrc,
            Rid,
            kind,
            Codec.MimeType,
            PacketCount: Reception.PacketCount,
            ByteCount: Reception.ByteCount,
            Bitrate: Reception.Bitrate(now),
            PacketsLost: Reception.CumulativeLost,
            FractionLost: Reception.FractionLost,
            PacketsDiscarded: Reception.DuplicateCount,
            PacketsRetransmitted: 0,
            PacketsRepaired: Reception.RecoveredCount,
            NackCount: NackCount,
            NackPacketCount: NackPacketCount,
            PliCount: PliCount,
            FirCount: FirCount,
            KeyFrameCount: KeyFrameCount,
            Jitter: (double)Reception.Jitter / Codec.ClockRate,
            RoundTripTime: null);
    }
}
