using System.Collections.Immutable;
using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
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
    // Where the sender stops at silence, that nothing comes says little.
    private const long DtxInactivityUs = 5_000_000;

    private readonly FrameInspector? _frames;
    private readonly bool _dtx;
    private StreamScore _score;
    private byte _shownScore;

    public ReceiveStream(MediaProducer producer, int encoding, uint ssrc, CodecEntry codec, int keyFrameRequestDelayMs)
    {
        Producer = producer;
        Encoding = (byte)encoding;
        Rid = producer.Encodings[encoding].Rid;
        Ssrc = ssrc;
        Codec = codec;
        Reception = new RtpStreamReceiver(ssrc, codec.ClockRate);
        _frames = codec.Kind.HasKeyFrames() ? new FrameInspector(codec.Kind, ScalabilityMode.Parse(producer.Encodings[encoding].ScalabilityMode)) : null;
        _dtx = producer.Encodings[encoding].Dtx == true;
        Nack = codec.Nack ? new NackGenerator() : null;
        KeyFrames = new KeyFrameRequestLimiter(keyFrameRequestDelayMs > 0 ? keyFrameRequestDelayMs * 1000L : KeyFrameRequestLimiter.DefaultIntervalUs);
    }

    public MediaProducer Producer { get; }

    /// <summary>Its place among the producer's encodings.</summary>
    public byte Encoding { get; }

    public string? Rid { get; }

    public uint Ssrc { get; }

    public uint? RtxSsrc { get; set; }

    public CodecEntry Codec { get; }

    public RtpStreamReceiver Reception { get; }

    /// <summary>Null where the client does not answer NACK.</summary>
    public NackGenerator? Nack { get; }

    public KeyFrameRequestLimiter KeyFrames { get; }

    public long NackCount { get; set; }

    public long NackPacketCount { get; set; }

    public long PliCount { get; set; }

    public long FirCount { get; set; }

    public long KeyFrameCount { get; set; }

    public byte FirSequence { get; set; }

    /// <summary>Changes when the client begins anew: what comes next does not continue what came before.</summary>
    public int Epoch { get; set; }

    /// <summary>Retransmissions that came.</summary>
    public long RtxPacketCount { get; set; }

    /// <summary>Retransmissions by RTX that were of no use.</summary>
    public long RtxPacketsDiscarded { get; set; }

    /// <summary>0 … 10.</summary>
    public int Score => _shownScore;

    public MediaTime NextTimeout => MediaTime.Min(Nack?.NextTimeout ?? MediaTime.Never, KeyFrames.NextTimeout);

    /// <summary>What a packet says about the layers of its frame.</summary>
    /// <param name="packet">With its payload.</param>
    /// <param name="dependencyDescriptor">Of the header extension; empty when it has none.</param>
    public FrameLayers Inspect(in RtpPacket packet, ReadOnlySpan<byte> dependencyDescriptor)
    {
        // Who gets sound can begin with any packet.
        if (_frames is null)
        {
            return new FrameLayers(0, 0, 1, 1, FrameFlags.FrameStart | FrameFlags.FrameEnd | FrameFlags.PictureStart);
        }

        return _frames.Inspect(packet, dependencyDescriptor);
    }

    /// <returns>Whether the score has changed.</returns>
    public bool UpdateScore(MediaTime now)
    {
        if (Producer.Paused)
        {
            _score.OnInactive(now);
        }
        else
        {
            _score.Update(
                now,
                Reception.ExpectedCount,
                Reception.ReceivedCount,
                Reception.RecoveredCount,
                RtxPacketCount,
                _dtx ? DtxInactivityUs : StreamScore.DefaultInactivityUs);
        }

        var before = _shownScore;
        _shownScore = (byte)(Producer is { Paused: false, Demand: { } demand } ? demand.ScoreOf(Encoding, _score.Value, now) : _score.Value);
        return _shownScore != before;
    }

    /// <summary>The numbers began anew.</summary>
    public void Restart()
    {
        Nack?.Reset();
        _frames?.Reset();
    }

    public RtpStreamStats Stats(MediaTime now) => new(
        "inbound-rtp",
        Producer.Transport.UnixMs(now),
        Ssrc,
        RtxSsrc,
        Rid,
        Producer.Kind.ToString().ToLowerInvariant(),
        Codec.MimeType,
        PacketCount: Reception.PacketCount,
        ByteCount: Reception.ByteCount,
        Bitrate: Reception.Bitrate(now),
        PacketsLost: Reception.CumulativeLost,
        FractionLost: Reception.FractionLost,
        PacketsDiscarded: Reception.DuplicateCount + Reception.RejectedCount,
        PacketsRetransmitted: RtxSsrc is null ? Reception.RecoveredCount : RtxPacketCount,
        PacketsRepaired: Reception.RecoveredCount,
        NackCount: NackCount,
        NackPacketCount: NackPacketCount,
        PliCount: PliCount,
        FirCount: FirCount,
        KeyFrameCount: KeyFrameCount,
        Jitter: Reception.Jitter,
        RoundTripTime: Producer.Transport.Reporter.InboundRttUs / 1000.0,
        Score: Score,
        BitrateByLayer: Producer.Rates?.Describe(Encoding, Producer.IsSimulcast) ?? ImmutableDictionary<string, long>.Empty,
        RtxPacketsDiscarded: RtxSsrc is null ? null : RtxPacketsDiscarded);
}
