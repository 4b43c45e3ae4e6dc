using Sfu.Media.Buffers;
using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// One consumer's packets as they leave: under which numbers, now or when their turn comes, and again when the client misses them. Which
/// packets those are is not decided here. Media thread only.
/// </summary>
/// <remarks>What waits for its turn (<see cref="EgressPacer"/>) and then is not sent after all has its numbers taken back.</remarks>
internal sealed class OutgoingStream : IPacedStream
{
    /// <summary>How far <see cref="Prefetch"/> reaches.</summary>
    public const int PrefetchHops = 5;

    private const int DefaultClockRate = 90_000;

    // Given.
    private readonly MediaConsumer _consumer;
    private readonly CodecTable _codecs;

    // Owned.
    private readonly PacketWriter _writer;

    // State.
    private bool _goesDown;
    private bool _wentDown;
    private uint _wentDownAt;
    private TracedFrames? _tracedFrames;

    public OutgoingStream(MediaConsumer consumer, CodecTable codecs, ConsumerSettings settings)
    {
        _consumer = consumer;
        _codecs = codecs;
        _writer = new PacketWriter(settings.RtpParameters, consumer.Producer.ExtensionIds, consumer.Ssrc);
        var random = consumer.Transport.Engine.Parts.Random;
        var clockRate = codecs.Media?.ClockRate ?? DefaultClockRate;

        // In the lower half, so that the first wrap comes after the client's SRTP has counted from zero (RFC 3711 §3.3.1).
        var firstSequence = (ushort)(random.NextUInt16() & 0x7FFF);
        var pictures = NumbersPictures(settings, consumer.Producer, codecs.Media?.Kind) ? new PictureNumbers(codecs.Media!.Kind) : null;
        var frames = _writer.RenumbersFrames && settings.Encoding is null ? new FrameNumbers() : null;
        var timestampOffset = settings.Encoding is null ? random.NextUInt32() : 0;
        Numbers = new OutgoingNumbers(consumer.Producer, clockRate, firstSequence, timestampOffset, pictures, frames, settings.Encoding);
        var firstRtxSequence = (ushort)(random.NextUInt16() & 0x7FFF);
        Sent = new RtpStreamSender(consumer.Ssrc, clockRate);
        if (codecs.Media?.Nack == true)
        {
            Repair = new ConsumerRepair(this, consumer, codecs, _writer, settings.Kind, firstRtxSequence);
        }
    }

    public OutgoingNumbers Numbers { get; }

    public RtpStreamSender Sent { get; }

    /// <summary>Null where nothing is sent again.</summary>
    public ConsumerRepair? Repair { get; }

    private RtpEgress Egress => _consumer.Transport.Egress;

    /// <summary>
    /// The key frame of a lower layer is next. Where the path's queue is long, it makes good all that was lost before it or has not left yet:
    /// by the time that could be there it is there too. Where it is short, what was lost may still come in time. Either way the picture stands
    /// until it is there: on a path that loses packets it leaves more than once.
    /// </summary>
    public void GoDown()
    {
        _goesDown = true;
        if (Egress.Bandwidth?.Estimator.HasLongQueue != true)
        {
            return;
        }

        Repair?.Clear();
        if (Egress.Discard(this) > 0)
        {
            Numbers.Recall();
        }
    }

    /// <summary>The first packet, or the first of another encoding: the numbers go on from the last ones sent.</summary>
    public void Enter(in RtpPacket packet, in ArrivedPacket arrived, ConsumerGroup? group, MediaTime now) => Numbers.Enter(packet, arrived, group, now);

    /// <summary>A packet leaves, or waits for its turn to.</summary>
    /// <param name="packet">As the producer's client sent it, decrypted.</param>
    /// <param name="payload">What this client gets of its payload.</param>
    /// <param name="arrived">Its place in the pool and what is known about it.</param>
    /// <param name="markerAndType">The header's second byte.</param>
    /// <param name="room">From <see cref="RtpEgress.Begin"/>; empty: the packet has to wait.</param>
    /// <param name="now">Time of sending.</param>
    /// <param name="isNumbered">False: it came too late to be sent.</param>
    /// <returns>Whether it has left or will.</returns>
    public bool Send(
        in RtpPacket packet,
        ReadOnlySpan<byte> payload,
        in ArrivedPacket arrived,
        byte markerAndType,
        Span<byte> room,
        MediaTime now,
        out bool isNumbered)
    {
        isNumbered = Numbers.TryNumber(packet, payload, arrived.Layers.IsKeyFrame, out var sequence, out var timestamp, out var shift);
        if (!isNumbered)
        {
            return false;
        }

        if (_goesDown)
        {
            _goesDown = false;
            _wentDown = true;
            _wentDownAt = timestamp;
        }

        Numbers.OnSent(timestamp, now);
        if (room.IsEmpty)
        {
            var numbers = new PacketNumbers(markerAndType, sequence, timestamp, 0, 0);
            Egress.Wait(new WaitingPacket(this, arrived.Index, numbers, shift, arrived.Layers, IsRepair: false), now);
            return true;
        }

        return Leave(packet, payload, arrived.Index, Number(markerAndType, sequence, timestamp), shift, arrived.Layers, room, now);
    }

    void IPacedStream.Leave(in WaitingPacket waiting, MediaTime now)
    {
        var first = waiting.Numbers;
        if (waiting.IsRepair)
        {
            Repair?.Leave(waiting, now);
            return;
        }

        var room = Egress.Begin();
        if (room.IsEmpty || !RtpPacket.TryParse(_consumer.Transport.Engine.Pool.Packet(waiting.Index), out var packet))
        {
            _consumer.Resynchronize();
            return;
        }

        var numbers = Number(first.MarkerAndType, first.Sequence, first.Timestamp);
        Leave(packet, packet.Payload, waiting.Index, numbers, waiting.Shift, waiting.Layers, room, now);
    }

    void IPacedStream.Repeat(in WaitingPacket waiting, MediaTime now) => Repair?.Repeat(waiting, now);

    /// <summary>The numbers that one packet more leaves under.</summary>
    public PacketNumbers Number(byte markerAndType, ushort sequence, uint timestamp) => new(
        markerAndType,
        sequence,
        timestamp,
        Egress.NextTransportSequence(_consumer),
        _consumer.Transport.Engine.AbsSendTime);

    /// <summary>For who looks for a fault: a packet has left again, by RTX or under its own number.</summary>
    /// <param name="packet">Header and payload as they left; nothing but the header is looked at.</param>
    /// <param name="sequence">The number that it left under first.</param>
    /// <param name="isRtx">It has an RTX stream's numbers.</param>
    /// <param name="now">Time of sending.</param>
    public void TraceAgain(ReadOnlySpan<byte> packet, ushort sequence, bool isRtx, MediaTime now)
    {
        if (_consumer.Traced != MediaTraceTypes.None && RtpPacket.TryParseHeader(packet, out var sent))
        {
            Traces.Sent(_consumer, sent, packet.Length, _tracedFrames?.Of(sequence) ?? default, isRtx, now);
        }
    }

    /// <summary>Nobody traces any more.</summary>
    public void StopTracing() => _tracedFrames = null;

    /// <summary>Asks the processor for what sending needs that lies so many references away.</summary>
    public void Prefetch(int hop)
    {
        switch (hop)
        {
            case 0:
                CacheHint.Object(Numbers, 2);
                CacheHint.Object(Repair);
                CacheHint.Object(Sent, 2);
                CacheHint.Object(_writer, 2);
                break;
            case 1:
                Numbers.Prefetch();
                Repair?.PrefetchIndex();
                Sent.Prefetch();
                break;
            case PrefetchHops - 1:
                Repair?.PrefetchSlots();
                break;
        }
    }

    /// <summary>Where VP8 pictures of temporal layers are left out, or the encoding changes.</summary>
    private static bool NumbersPictures(ConsumerSettings settings, MediaProducer producer, CodecKind? codec) => codec switch
    {
        CodecKind.Vp8 when settings.Encoding is { } piped =>
            piped < producer.Encodings.Length && ScalabilityMode.Parse(producer.Encodings[piped].ScalabilityMode).TemporalLayers > 1,
        CodecKind.Vp8 => settings.Type is ConsumerType.Simulcast or ConsumerType.Svc,
        CodecKind.Vp9 => settings.Type == ConsumerType.Simulcast,
        _ => false,
    };

    /// <summary>A packet leaves now, and is kept for the case that the client misses it.</summary>
    private bool Leave(
        in RtpPacket packet,
        ReadOnlySpan<byte> payload,
        int index,
        in PacketNumbers numbers,
        DescriptorShift shift,
        in FrameLayers layers,
        Span<byte> room,
        MediaTime now)
    {
        if (!Write(packet, payload, numbers, shift, room, now))
        {
            return false;
        }

        Numbers.OnLeft(numbers.Sequence);
        Repair?.Keep(index, numbers, shift, now);
        if (_wentDown && numbers.Timestamp == _wentDownAt)
        {
            Repair?.RepeatUnasked(new WaitingPacket(this, index, numbers, shift, layers, IsRepair: true, IsUnasked: true), now);
        }
        else if (_wentDown && Serial.IsNewer(numbers.Timestamp, _wentDownAt))
        {
            // Not before: what waited when it went down leaves ahead of it.
            _wentDown = false;
        }

        if (_consumer.Traced != MediaTraceTypes.None)
        {
            Trace(room, payload.Length, layers, numbers.Sequence, now);
        }

        return true;
    }

    private bool Write(in RtpPacket packet, ReadOnlySpan<byte> payload, in PacketNumbers numbers, DescriptorShift shift, Span<byte> room, MediaTime now)
    {
        var headerLength = _writer.WriteHeader(packet, numbers, shift, room);
        if (headerLength < 0)
        {
            return false;
        }

        if (!shift.IsNone && Numbers.ArePictures)
        {
            // The original is everybody's: this client's numbers go into a copy, which is encrypted in its place.
            var copy = room[headerLength..];
            if (!payload.TryCopyTo(copy))
            {
                return false;
            }

            copy = copy[..payload.Length];
            PictureNumbers.Apply(_codecs.Media!.Kind, copy, shift);
            payload = copy;
        }

        if (!Egress.Send(room, headerLength, payload, now))
        {
            return false;
        }

        Sent.OnPacketSent(headerLength + payload.Length, payload.Length, numbers.Timestamp, now);
        return true;
    }

    /// <summary>For who looks for a fault: a packet has left.</summary>
    /// <param name="packet">Where its header still stands; what is behind that does not matter.</param>
    /// <param name="payloadLength">Unprotected, in bytes.</param>
    /// <param name="frame">What it is a part of.</param>
    /// <param name="sequence">Its number.</param>
    /// <param name="now">Time of sending.</param>
    private void Trace(ReadOnlySpan<byte> packet, int payloadLength, in FrameLayers frame, ushort sequence, MediaTime now)
    {
        (_tracedFrames ??= new TracedFrames()).Note(sequence, frame);
        if (RtpPacket.TryParseHeader(packet, out var sent))
        {
            Traces.Sent(_consumer, sent, sent.HeaderLength + payloadLength, frame, isRtx: false, now);
        }
    }
}
