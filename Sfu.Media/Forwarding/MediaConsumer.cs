using System.Collections.Immutable;
using System.Text;
using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// One producer's media on its way to one client: where it starts, how it is numbered, and what can be sent again.
/// Media thread only.
/// </summary>
/// <remarks>
/// A video consumer starts, and starts again after each pause, at a key frame. Sequence numbers and timestamps go on without a
/// jump over pauses: to the client the stream looks as if nothing had been left out.
/// </remarks>
internal sealed class MediaConsumer
{
    private const int MaxAudioPackets = 250;

    // Given.
    private readonly ConsumerSettings _settings;
    private readonly CodecTable _codecs;
    private readonly PacketWriter _writer;

    // Owned.
    private readonly SequenceRewriter _sequence;
    private readonly TimestampRewriter _timestamp;
    private readonly RetransmissionBuffer<KeptPacket>? _kept;

    // State.
    private bool _synchronized;
    private ushort _rtxSequence;
    private ConsumerGroup? _group;
    private volatile bool _closed;

    public MediaConsumer(MediaTransport transport, ConsumerHandle handle, MediaProducer producer, ConsumerSettings settings)
    {
        Transport = transport;
        Handle = handle;
        Producer = producer;
        _settings = settings;
        Paused = settings.Paused;
        PreferredLayers = settings.PreferredLayers;
        Priority = settings.Priority;
        _codecs = new CodecTable(settings.RtpParameters);
        var encoding = settings.RtpParameters.Encodings.FirstOrDefault();
        Ssrc = encoding?.Ssrc ?? 0;
        RtxSsrc = encoding?.Rtx?.Ssrc;
        _writer = new PacketWriter(settings.RtpParameters, producer.ExtensionIds, Ssrc);
        Cname = Encoding.UTF8.GetBytes(settings.RtpParameters.Rtcp.Cname ?? "");
        var random = transport.Engine.Parts.Random;

        // In the lower half, so that the first wrap comes after the client's SRTP has counted from zero (RFC 3711 §3.3.1).
        _sequence = new SequenceRewriter((ushort)(random.NextUInt16() & 0x7FFF));
        _timestamp = new TimestampRewriter(ClockRate, random.NextUInt32());
        _rtxSequence = (ushort)(random.NextUInt16() & 0x7FFF);
        Sent = new RtpStreamSender(Ssrc, ClockRate);
        if (_codecs.Media?.Nack == true)
        {
            _kept = settings.Kind == MediaKind.Video
                ? new RetransmissionBuffer<KeptPacket>(Release)
                : new RetransmissionBuffer<KeptPacket>(Release, RetransmissionBuffer<KeptPacket>.AudioMaxAgeUs, MaxAudioPackets);
        }
    }

    /// <summary>
    /// What it takes to send a packet again: the shared original, and the numbers that it got here but the one that it is found by. 16 bytes.
    /// </summary>
    private readonly record struct KeptPacket(int Index, uint Timestamp, uint AbsSendTime, ushort TransportSequence, byte PayloadType)
    {
        public PacketNumbers Numbers(ushort sequence) => new(PayloadType, sequence, Timestamp, TransportSequence, AbsSendTime);
    }

    public MediaTransport Transport { get; }

    public ConsumerHandle Handle { get; }

    public MediaProducer Producer { get; }

    /// <summary>Any thread.</summary>
    public bool IsClosed => _closed;

    public uint Ssrc { get; }

    public uint? RtxSsrc { get; }

    /// <summary>How many packets may have to go out again under their own numbers: none when RTX carries them.</summary>
    public int MaxPlainRetransmissions =>
        _kept is null || (RtxSsrc is not null && _codecs.Media is { } media && _codecs.RtxFor(media.PayloadType) >= 0) ? 0
        : IsVideo ? SrtpSender.WindowSize
        : MaxAudioPackets;

    public byte[] Cname { get; }

    public RtpStreamSender Sent { get; }

    public bool Paused { get; private set; }

    public ConsumerLayers? PreferredLayers { get; private set; }

    /// <summary>1 … 255.</summary>
    public int Priority { get; private set; }

    public MediaTraceTypes Traced { get; private set; }

    private int ClockRate => _codecs.Media?.ClockRate ?? 90_000;

    private bool IsVideo => _settings.Kind == MediaKind.Video;

    public long NackCount { get; private set; }

    public long NackPacketCount { get; private set; }

    public long PliCount { get; private set; }

    public long FirCount { get; private set; }

    public long PacketsRetransmitted { get; private set; }

    /// <summary>Kept by its <see cref="ConsumerGroup"/>.</summary>
    public int PlaceInGroup { get; set; }

    /// <summary>Kept by <see cref="RtpEgress"/>.</summary>
    public int PlaceInTransport { get; set; }

    /// <summary>The consumers of the same producer on the same engine, which it gets its packets with.</summary>
    public void Join(ConsumerGroup group)
    {
        _group = group;
        group.Add(this);
    }

    public void Leave()
    {
        _group?.Remove(this);
        _group = null;
    }

    /// <summary>Media may flow from now on: a video consumer asks for the key frame that it starts with.</summary>
    public void Start(MediaTime now)
    {
        if (!Paused && Transport.CanSend)
        {
            Resynchronize();
            RequestKeyFrame(now);
        }
    }

    public void Pause()
    {
        Paused = true;
        Resynchronize();
    }

    public void Resume(MediaTime now)
    {
        if (Paused)
        {
            Paused = false;
            Start(now);
        }
    }

    /// <summary>The next packet that fits continues the outgoing numbers, wherever its own stand; for video it is a key frame.</summary>
    public void Resynchronize() => _synchronized = false;

    /// <summary>Gives back what is too old to be sent again, also when nothing new comes.</summary>
    public void OnTime(MediaTime now) => _kept?.EvictExpired(now);

    public void SetPreferredLayers(ConsumerLayers layers, MediaTime now) => PreferredLayers = layers;

    public void SetPriority(int priority) => Priority = priority;

    public void Trace(MediaTraceTypes types) => Traced = types;

    public void OnProducerResumed(MediaTime now) => Start(now);

    public void RequestKeyFrame(MediaTime now)
    {
        if (IsVideo && !Paused)
        {
            _group?.RequestKeyFrame(now);
        }
    }

    /// <summary>The client asks for a key frame (RFC 4585 §6.3.1, RFC 5104 §3.5.1).</summary>
    public void OnKeyFrameRequest(bool full, MediaTime now)
    {
        if (full)
        {
            FirCount++;
        }
        else
        {
            PliCount++;
        }

        RequestKeyFrame(now);
    }

    /// <param name="packet">As the producer's client sent it, decrypted.</param>
    /// <param name="arrived">Its place in the pool and what is known about it.</param>
    /// <param name="now">Time of sending.</param>
    public void Forward(in RtpPacket packet, in ArrivedPacket arrived, MediaTime now)
    {
        var payloadType = arrived.PayloadType;
        if (Paused || _codecs[payloadType] is not { } codec)
        {
            return;
        }

        var room = Transport.Egress.Begin();
        if (room.IsEmpty)
        {
            // No path or no keys: what is left out here is made good by a key frame.
            Resynchronize();
            return;
        }

        if (packet.Payload.IsEmpty)
        {
            if (_synchronized)
            {
                _sequence.Drop(packet.SequenceNumber);
            }

            return;
        }

        if (!_synchronized)
        {
            if (codec.Kind.HasKeyFrames() && !arrived.IsKeyFrame)
            {
                RequestKeyFrame(now);
                return;
            }

            _synchronized = true;
            _sequence.Sync(packet.SequenceNumber);
            _timestamp.Sync(packet.Timestamp, now);
        }

        if (!_sequence.TryRewrite(packet.SequenceNumber, out var sequence))
        {
            return;
        }

        var timestamp = _timestamp.Rewrite(packet.Timestamp);
        var numbers = Number(payloadType, sequence, timestamp);
        var headerLength = _writer.WriteHeader(packet, numbers, room);
        if (headerLength >= 0 && Transport.Egress.Send(room, headerLength, packet.Payload, now))
        {
            _timestamp.OnSent(timestamp, now);
            Sent.OnPacketSent(headerLength + packet.Payload.Length, packet.Payload.Length, timestamp, now);
            Keep(arrived.Index, numbers, now);
        }
    }

    /// <summary>The client misses a packet (RFC 4585 §6.2.1).</summary>
    public void OnNack(GenericNack nack, MediaTime now)
    {
        NackCount++;
        while (nack.TryNext(out var sequence))
        {
            NackPacketCount++;
            if (_kept is not null && _kept.TryGet(sequence, now, Sent.RttUs, out var kept) == RetransmissionLookup.Found)
            {
                Resend(kept.Index, kept.Numbers(sequence), now);
            }
        }
    }

    /// <summary>
    /// A Sender Report for now, with the publisher's own relation of capture time and timestamps as soon as that is known: only
    /// so do audio and video of one publisher stay together at the client. False before the first packet.
    /// </summary>
    public bool TryBuildSenderReport(NtpTime ntp, MediaTime now, out SenderInfo info)
    {
        info = default;
        if (!Sent.HasSent)
        {
            return false;
        }

        if (_group?.Clock is { } clock)
        {
            var sinceUs = ntp.UsSince(clock.At);
            info = Sent.BuildSenderReport(ntp, _timestamp.Rewrite(clock.RtpTimestamp) + (uint)(sinceUs * ClockRate / 1_000_000));
        }
        else
        {
            info = Sent.BuildSenderReport(now, ntp);
        }

        return true;
    }

    public ImmutableArray<MediaStats> Stats(MediaTime now) =>
    [
        new RtpStreamStats(
            "outbound-rtp",
            Transport.UnixMs(now),
            Ssrc,
            RtxSsrc,
            Rid: null,
            _settings.Kind.ToString().ToLowerInvariant(),
            _codecs.Media?.MimeType ?? "",
            PacketCount: Sent.PacketCount,
            ByteCount: Sent.ByteCount,
            Bitrate: Sent.Bitrate(now),
            PacketsLost: Sent.CumulativeLost,
            FractionLost: Sent.FractionLost,
            PacketsDiscarded: 0,
            PacketsRetransmitted: PacketsRetransmitted,
            PacketsRepaired: 0,
            NackCount: NackCount,
            NackPacketCount: NackPacketCount,
            PliCount: PliCount,
            FirCount: FirCount,
            KeyFrameCount: 0,
            Jitter: 0,
            RoundTripTime: Sent.RttUs / 1000.0),
    ];

    public ConsumerDump Dump() =>
        new(Handle, _settings.Id, Producer.Handle, _settings.Kind.ToString().ToLowerInvariant(), Paused, Ssrc);

    /// <summary>Leaves the engine.</summary>
    public void Close()
    {
        if (_closed)
        {
            return;
        }

        if (Sent.HasSent && !Transport.IsClosing)
        {
            Transport.Reporter.SendGoodbye(Ssrc, Transport.Engine.Now);
        }

        Transport.Egress.Remove(this);
        Abandon();
    }

    /// <summary>Never came to be, or is gone: holds nothing.</summary>
    public void Abandon()
    {
        _closed = true;
        _kept?.Clear();
        Leave();
        Transport.Engine.Forget(this);
    }

    private void Resend(int index, in PacketNumbers first, MediaTime now)
    {
        var room = Transport.Egress.Begin();
        if (room.IsEmpty || !RtpPacket.TryParse(Transport.Engine.Pool.Packet(index), out var original))
        {
            return;
        }

        var rtxPayloadType = RtxSsrc is null ? -1 : _codecs.RtxFor(first.PayloadType);
        if (rtxPayloadType < 0)
        {
            // Without RTX the packet goes out again under its own number, equal to the last bit: SRTP must never protect two
            // different packets under one index.
            var header = _writer.WriteHeader(original, first, room);
            if (header >= 0 && Transport.Egress.Send(room, header, original.Payload, now))
            {
                PacketsRetransmitted++;
            }

            return;
        }

        Span<byte> packet = stackalloc byte[IDatagramSink.MaxDatagramBytes];
        var numbers = Number(first.PayloadType, first.Sequence, first.Timestamp);
        var headerLength = _writer.WriteHeader(original, numbers, packet);
        if (headerLength >= 0 && original.Payload.TryCopyTo(packet[headerLength..]))
        {
            var wrapped = Rtx.Wrap(packet[..(headerLength + original.Payload.Length)], headerLength, RtxSsrc!.Value, (byte)rtxPayloadType, _rtxSequence, room);
            if (wrapped > 0 && Transport.Egress.Send(room, headerLength, room[headerLength..wrapped], now))
            {
                _rtxSequence++;
                PacketsRetransmitted++;
            }
        }
    }

    private PacketNumbers Number(byte payloadType, ushort sequence, uint timestamp) => new(
        payloadType,
        sequence,
        timestamp,
        _writer.WritesTransportSequence ? Transport.Egress.NextTransportSequence() : (ushort)0,
        Transport.Engine.AbsSendTime);

    private void Release(KeptPacket kept) => Transport.Engine.Pool.Release(kept.Index);

    private void Keep(int index, in PacketNumbers numbers, MediaTime now)
    {
        if (_kept is null)
        {
            return;
        }

        var kept = new KeptPacket(index, numbers.Timestamp, numbers.AbsSendTime, numbers.TransportSequence, numbers.PayloadType);
        Transport.Engine.Pool.AddReference(index);
        if (!_kept.TryStore(numbers.Sequence, kept, now))
        {
            Release(kept);
        }
    }
}
