using System.Numerics;
using Sfu.Media.Buffers;
using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Sends packets of one consumer again that its client misses. Media thread only.
/// </summary>
internal sealed class ConsumerRepair
{
    // Until which age packets may be sent again, and how many of each encoding are kept for that.
    private const long VideoMaxAgeUs = 2_000_000;
    private const int MaxVideoPackets = 2500;
    private const long AudioMaxAgeUs = 1_000_000;
    private const int MaxAudioPackets = 250;

    // About a frame of what a narrow path carries.
    private const int PaddingPackets = 3;

    // Given.
    private readonly OutgoingStream _stream;
    private readonly MediaConsumer _consumer;
    private readonly CodecTable _codecs;
    private readonly PacketWriter _writer;
    private readonly uint? _rtxSsrc;

    // Owned.
    private readonly SentPackets _sent;

    // State.
    private ushort _rtxSequence;
    private int _padding;

    public ConsumerRepair(
        OutgoingStream stream, MediaConsumer consumer, CodecTable codecs, PacketWriter writer, MediaKind kind, ushort firstRtxSequence)
    {
        _stream = stream;
        _consumer = consumer;
        _codecs = codecs;
        _writer = writer;
        _rtxSsrc = consumer.RtxSsrc;
        _rtxSequence = firstRtxSequence;
        _sent = kind == MediaKind.Video
            ? new SentPackets(VideoMaxAgeUs, (int)BitOperations.RoundUpToPowerOf2(MaxVideoPackets))
            : new SentPackets(AudioMaxAgeUs, (int)BitOperations.RoundUpToPowerOf2(MaxAudioPackets));

        // SRTP has to protect a packet again under its own number where no RTX stream carries it.
        MaxPlainRetransmissions = HasRtx ? 0 : kind == MediaKind.Video ? SrtpSender.WindowSize : MaxAudioPackets;
    }

    /// <summary>How many packets may have to go out again under their own numbers.</summary>
    public int MaxPlainRetransmissions { get; }

    public long NackCount { get; private set; }

    public long NackPacketCount { get; private set; }

    public long PacketsRetransmitted { get; private set; }

    /// <summary>Packets that the client got again, or will when their turn comes, each counted once.</summary>
    public long PacketsRepaired { get; private set; }

    private PacketPool Pool => _consumer.Transport.Engine.Pool;

    private bool HasRtx => _rtxSsrc is not null && _codecs.Media is { } media && _codecs.RtxFor(media.PayloadType) >= 0;

    /// <summary>A packet has left.</summary>
    /// <param name="index">Of the original in the pool.</param>
    /// <param name="numbers">That it left under.</param>
    /// <param name="shift">Of the numbers in its payload.</param>
    /// <param name="now">Time of sending.</param>
    public void Keep(int index, in PacketNumbers numbers, DescriptorShift shift, MediaTime now)
    {
        _sent.Add(new SentPacket(index, numbers, shift), Pool, now);
        _consumer.Group?.Keep(index, now);
    }

    /// <summary>Gives memory back, also when nothing new comes.</summary>
    public void OnTime(MediaTime now) => _sent.OnTime(Pool, now);

    /// <summary>The producer's packets that its consumers on one engine may have to send again.</summary>
    public static KeptPackets KeptOf(MediaProducer producer, PacketPool pool) => producer.Kind == MediaKind.Video
        ? new KeptPackets(pool, VideoMaxAgeUs, MaxVideoPackets * producer.Encodings.Length)
        : new KeptPackets(pool, AudioMaxAgeUs, MaxAudioPackets * producer.Encodings.Length);

    /// <summary>The client misses packets (RFC 4585 §6.2.1).</summary>
    public void OnNack(GenericNack nack, MediaTime now)
    {
        NackCount++;
        var bandwidth = _consumer.Transport.Egress.Bandwidth;
        byte timesFirst = 1;
        while (nack.TryNext(out var sequence))
        {
            NackPacketCount++;
            if (bandwidth?.Repair.MayRepair(isAskedFor: true, now) == false)
            {
                // The path is full: what is sent again now would only wait with the rest. The client asks again.
                continue;
            }

            var isFirst = !_sent.WasSentAgain(sequence, now, long.MaxValue);

            // Who asks again before the answer could be there need not lack all that it was sent.
            var isEarly = bandwidth is not null && _sent.WasSentAgain(sequence, now, bandwidth.Estimator.RttUs);
            if (_sent.TryGet(sequence, Pool, now, _stream.Sent.RttUs, out var sent) == RetransmissionLookup.Found)
            {
                PacketsRepaired += isFirst ? 1 : 0;
                var copies = !isEarly && HasRtx && bandwidth is not null ? bandwidth.Repair.Copies - 1 : 0;
                Repair(
                    new WaitingPacket(_stream, sent.Index, sent.Numbers, sent.Shift, default, IsRepair: true, Copies: (byte)copies, TimesFirst: timesFirst), now);
                timesFirst = 0;
            }
        }
    }

    /// <summary>
    /// Sends one of the newest packets again by RTX, in turn: some of them may not have arrived. Without RTX nothing: a packet under its own number
    /// tells the receiver nothing new.
    /// </summary>
    /// <returns>Bytes sent, protected; 0 when there is nothing that fits.</returns>
    public int TrySendPadding(int maxBytes, MediaTime now)
    {
        if (!HasRtx || !_sent.TryGetNewest(_padding++ % PaddingPackets, Pool, now, out var newest)
            || Pool.Packet(newest.Index).Length is var length && length > maxBytes)
        {
            return 0;
        }

        var before = _consumer.Transport.Egress.RtpBytes;
        var sent = Resend(newest.Index, newest.Numbers, newest.Shift, now, isProbation: true);
        if (sent == 0)
        {
            return 0;
        }

        var type = (byte)((newest.Numbers.MarkerAndType & PacketNumbers.MarkerBit) | _codecs.RtxFor(newest.Numbers.PayloadType));
        Traces.Probed(_consumer, _rtxSsrc!.Value, (ushort)(_rtxSequence - 1), newest.Numbers.Timestamp, type, sent, now);
        return (int)(_consumer.Transport.Egress.RtpBytes - before);
    }

    /// <summary>A packet without which the picture stands has left: where the path may well lose it, it is sent again before anybody asks.</summary>
    public void RepeatUnasked(in WaitingPacket packet, MediaTime now)
    {
        if (HasRtx && _consumer.Transport.Egress.Bandwidth is { Repair.UnaskedCopies: > 0 and var copies })
        {
            _consumer.Transport.Egress.Repeat(packet with { Copies = (byte)copies }, now);
        }
    }

    public void Clear() => _sent.Clear();

    /// <summary>A packet is sent again now.</summary>
    /// <param name="index">Of the original in the pool.</param>
    /// <param name="first">The numbers that it left under first.</param>
    /// <param name="shift">Of the numbers in its payload.</param>
    /// <param name="now">Time of sending.</param>
    /// <param name="isProbation">It only fills a probe.</param>
    /// <returns>Bytes sent, unprotected; 0 when it could not be sent.</returns>
    private int Resend(int index, in PacketNumbers first, DescriptorShift shift, MediaTime now, bool isProbation = false)
    {
        var egress = _consumer.Transport.Egress;
        var room = egress.Begin();
        if (room.IsEmpty || !RtpPacket.TryParse(Pool.Packet(index), out var original))
        {
            return 0;
        }

        var rtxPayloadType = _rtxSsrc is null ? -1 : _codecs.RtxFor(first.PayloadType);
        if (rtxPayloadType < 0)
        {
            // Without RTX the packet goes out again under its own number, equal to the last bit: SRTP must never protect two
            // different packets under one index.
            if (TryWrite(original, first, shift, room, out var header, out var length) && egress.Send(room, header, room[header..length], now))
            {
                _stream.TraceAgain(room[..length], first.Sequence, isRtx: false, now);
                PacketsRetransmitted++;
                return length;
            }

            return 0;
        }

        Span<byte> packet = stackalloc byte[IDatagramSink.MaxDatagramBytes];
        var numbers = _stream.Number(first.MarkerAndType, first.Sequence, first.Timestamp);
        if (TryWrite(original, numbers, shift, packet, out var headerLength, out var packetLength))
        {
            var before = egress.RtpBytes;
            var wrapped = Rtx.Wrap(packet[..packetLength], headerLength, _rtxSsrc!.Value, (byte)rtxPayloadType, _rtxSequence, room);
            if (wrapped > 0 && egress.Send(room, headerLength, room[headerLength..wrapped], now))
            {
                _rtxSequence++;
                _stream.TraceAgain(room[..wrapped], first.Sequence, isRtx: true, now);
                if (!isProbation)
                {
                    PacketsRetransmitted++;
                    egress.Repetition.Add((int)(egress.RtpBytes - before), now);
                }

                return wrapped;
            }
        }

        return 0;
    }

    /// <summary>Sends a copy more, unless the path has become full meanwhile: then the next one may find room.</summary>
    public void Repeat(in WaitingPacket packet, MediaTime now)
    {
        if (_consumer.Transport.Egress.Bandwidth?.Repair.MayRepair(isAskedFor: false, now) != false)
        {
            Repair(packet, now);
        }
        else
        {
            _consumer.Transport.Egress.Repeat(packet, now);
        }
    }

    /// <summary>The turn of a packet has come that had to wait. Its next copy counts from now: otherwise both might leave together, and be lost together.</summary>
    public void Leave(in WaitingPacket packet, MediaTime now)
    {
        _ = Resend(packet.Index, packet.Numbers, packet.Shift, now);
        _consumer.Transport.Egress.Repeat(packet, now);
    }

    /// <summary>Sends a packet again, now or when its turn comes. It takes from the share of the path for repair at once.</summary>
    private void Repair(in WaitingPacket packet, MediaTime now)
    {
        var egress = _consumer.Transport.Egress;
        if (packet.IsUnasked ? egress.MustWait(now) : egress.MustRepairWait(now))
        {
            NoteRepair(Pool.Packet(packet.Index).Length);
            egress.Wait(packet, now);
        }
        else
        {
            NoteRepair(Resend(packet.Index, packet.Numbers, packet.Shift, now));
            egress.Repeat(packet, now);
        }
    }

    private void NoteRepair(int bytes)
    {
        if (HasRtx)
        {
            _consumer.Transport.Egress.Bandwidth?.Repair.OnRepaired(bytes);
        }
    }

    /// <summary>The whole packet as this client gets it, unprotected.</summary>
    private bool TryWrite(in RtpPacket original, in PacketNumbers numbers, DescriptorShift shift, Span<byte> room, out int headerLength, out int length)
    {
        length = 0;
        headerLength = _writer.WriteHeader(original, numbers, shift, room);
        var payload = original.Payload;
        if (_codecs[numbers.PayloadType] is not { Kind: CodecKind.Red } && _consumer.Producer.TryFindPrimary(original, out var primary))
        {
            payload = payload[primary.Offset..];
        }

        if (headerLength < 0 || !payload.TryCopyTo(room[headerLength..]))
        {
            return false;
        }

        length = headerLength + payload.Length;
        PictureNumbers.Apply(_codecs.Media!.Kind, room[headerLength..length], shift);
        return true;
    }

    public void PrefetchIndex() => CacheHint.Object(_sent);

    public void PrefetchSlots() => _sent.Prefetch();
}
