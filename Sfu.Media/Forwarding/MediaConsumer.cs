using System.Collections.Immutable;
using System.Text;
using Sfu.Media.Buffers;
using Sfu.Media.Bwe;
using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// One producer's media on its way to one client: which of its layers, where it starts, and how it is numbered.
/// Media thread only.
/// </summary>
/// <remarks>
/// A video consumer starts, and starts again after each pause, at a key frame. Sequence numbers and timestamps go on without a
/// jump over pauses and over changes of the encoding: to the client it is one stream of which nothing was left out. What waits for its turn
/// to leave (<see cref="EgressPacer"/>) and then is not sent after all has its numbers taken back.
/// </remarks>
internal sealed class MediaConsumer : IPacedStream
{
    /// <summary>How far <see cref="Prefetch"/> reaches.</summary>
    public const int PrefetchHops = 7;

    // Given.
    private readonly ConsumerSettings _settings;
    private readonly CodecTable _codecs;
    private readonly PacketWriter _writer;

    // Owned.
    private readonly OutgoingNumbers _numbers;
    private readonly ConsumerScoring _scoring;
    private readonly ConsumerRepair? _repair;

    // State.
    private LayerChoice _layers;
    private ConsumerGroup? _group;
    private int _demand;
    private volatile bool _closed;

    public MediaConsumer(MediaTransport transport, ConsumerHandle handle, MediaProducer producer, ConsumerSettings settings)
    {
        Transport = transport;
        Handle = handle;
        Producer = producer;
        _settings = settings;
        Paused = settings.Paused;
        _codecs = new CodecTable(settings.RtpParameters);
        var encoding = settings.RtpParameters.Encodings.FirstOrDefault();
        Ssrc = encoding?.Ssrc ?? 0;
        RtxSsrc = encoding?.Rtx?.Ssrc;
        _writer = new PacketWriter(settings.RtpParameters, producer.ExtensionIds, Ssrc);
        TakesCongestionFeedback = CongestionControl.UsesCongestionFeedback(settings.RtpParameters);
        TakesRemb = settings.RtpParameters.Codecs.Any(static codec => codec.RtcpFeedback.Any(static f => f.Type == "goog-remb"));
        Cname = Encoding.UTF8.GetBytes(settings.RtpParameters.Rtcp.Cname ?? "");
        var random = transport.Engine.Parts.Random;

        // In the lower half, so that the first wrap comes after the client's SRTP has counted from zero (RFC 3711 §3.3.1).
        var firstSequence = (ushort)(random.NextUInt16() & 0x7FFF);
        var pictures = NumbersPictures(settings.Type, _codecs.Media?.Kind) ? new PictureNumbers(_codecs.Media!.Kind) : null;
        var frames = _writer.RenumbersFrames && settings.Encoding is null ? new FrameNumbers() : null;
        var timestampOffset = settings.Encoding is null ? random.NextUInt32() : 0;
        _numbers = new OutgoingNumbers(producer, ClockRate, firstSequence, timestampOffset, pictures, frames, settings.Encoding);
        _scoring = new ConsumerScoring(producer);
        var firstRtxSequence = (ushort)(random.NextUInt16() & 0x7FFF);
        Sent = new RtpStreamSender(Ssrc, ClockRate);
        _layers = new LayerChoice(settings.PreferredLayers, settings.Priority, _codecs.Media?.Kind.HasKeyFrames() == true, settings.Encoding);
        if (_codecs.Media?.Nack == true)
        {
            _repair = new ConsumerRepair(this, _codecs, _writer, settings.Kind, RtxSsrc, firstRtxSequence);
        }
    }

    public MediaTransport Transport { get; }

    public ConsumerHandle Handle { get; }

    public MediaProducer Producer { get; }

    /// <summary>Any thread.</summary>
    public bool IsClosed => _closed;

    public uint Ssrc { get; }

    public uint? RtxSsrc { get; }

    /// <summary>The only encoding of the producer that it gets; null: whichever fits best.</summary>
    public int? Pinned => _settings.Encoding;

    public MediaKind Kind => _settings.Kind;

    public string MimeType => _codecs.Media?.MimeType ?? "";

    /// <summary>0 … 10.</summary>
    public int Score => _scoring.Value;

    /// <summary>How many packets may have to go out again under their own numbers: none when RTX carries them.</summary>
    public int MaxPlainRetransmissions => _repair?.MaxPlainRetransmissions ?? 0;

    public byte[] Cname { get; }

    public RtpStreamSender Sent { get; }

    public bool Paused { get; private set; }

    public MediaTraceTypes Traced { get; private set; }

    public long PliCount { get; private set; }

    public long FirCount { get; private set; }

    /// <summary>Kept by its <see cref="ConsumerGroup"/>.</summary>
    public int PlaceInGroup { get; set; }

    /// <summary>Kept by <see cref="RtpEgress"/>.</summary>
    public int PlaceInTransport { get; set; }

    /// <summary>It gets nothing, or not the layer that it wants, until a key frame comes.</summary>
    public bool WaitsForKeyFrame => !Paused && _layers.WaitsForKeyFrame && Transport.CanSend;

    /// <summary>Its packets bear transport-wide sequence numbers.</summary>
    public bool WritesTransportSequence => _writer.WritesTransportSequence;

    /// <summary>The client's feedback tells of its packets by transport-wide sequence numbers.</summary>
    public bool TakesTransportFeedback => WritesTransportSequence && !TakesCongestionFeedback;

    /// <summary>The client's feedback tells of its packets by their own numbers (RFC 8888).</summary>
    public bool TakesCongestionFeedback { get; }

    /// <summary>The client tells what it thinks that the path carries.</summary>
    public bool TakesRemb { get; }

    private int ClockRate => _codecs.Media?.ClockRate ?? 90_000;

    private bool IsVideo => _settings.Kind == MediaKind.Video;

    /// <summary>The consumers of the same producer on the same engine, which it gets its packets with.</summary>
    public void Join(ConsumerGroup group)
    {
        _group = group;
        group.Add(this);
    }

    public void Leave()
    {
        Demand(0);
        _group?.Remove(this);
        _group = null;
    }

    /// <summary>Media may flow from now on: a video consumer asks for the key frame that it starts with.</summary>
    public void Start(MediaTime now)
    {
        if (Pinned is not null)
        {
            Transport.Reporter.Announce(this, now);
        }

        if (!Paused && Transport.CanSend)
        {
            Resynchronize();
            if (IsVideo)
            {
                Transport.Egress.ShareWith(this, now);
            }

            ChooseLayers(now);
            RequestKeyFrame(now);
            NoteDemand();
        }
    }

    public void Pause()
    {
        Paused = true;
        Resynchronize();
        if (Transport.Egress.Discard(this) > 0)
        {
            RecallWaiting();
        }

        ReportLayers();
        NoteDemand();
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
    public void Resynchronize()
    {
        _numbers.Leave();
        _layers.Leave();
    }

    /// <summary>Packets that waited for their turn are forgotten.</summary>
    public void RecallWaiting()
    {
        _numbers.Recall();
        _layers.Leave();
    }

    public void OnTime(MediaTime now)
    {
        _repair?.OnTime(now);
        ReportScore();
    }

    /// <summary>The client has told how the stream arrives (RFC 3550 §6.4.1).</summary>
    public void OnReport(in ReportBlock report, MediaTime now)
    {
        Sent.OnReportBlock(report, Transport.Reporter.NtpAt(now));
        _scoring.OnReport(report.FractionLost, Sent.PacketCount, _repair?.PacketsRetransmitted ?? 0, now);
        Transport.Egress.OnReport(this, report, now);
    }

    public void SetPreferredLayers(ConsumerLayers layers, MediaTime now)
    {
        _layers.Preferred = layers;
        ChooseLayers(now);
    }

    public void SetPriority(int priority) => _layers.Priority = priority;

    public void Trace(MediaTraceTypes types) => Traced = types;

    public void OnProducerResumed(MediaTime now) => Start(now);

    /// <summary>Something changed that says which layers are best: the wish, the path, or what the producer sends.</summary>
    public void ChooseLayers(MediaTime now)
    {
        if (!IsVideo || _group is null)
        {
            return;
        }

        var asks = _layers.Decide(_group.Activity, Producer.Encodings.Length);
        if (_layers.IsStopped)
        {
            Resynchronize();
            ReportLayers();
        }
        else if (asks && Transport.CanSend)
        {
            RequestKeyFrame(now);
        }

        NoteDemand();
    }

    /// <summary>What it could use of the path, for who shares it out. False: its share is not for others to decide.</summary>
    /// <param name="demand">Is filled in.</param>
    /// <param name="isMeasured">The path is known: without that nobody is left out wholly, which is all that can be done to a simple one.</param>
    public bool TryDescribe(ref LayerDemand demand, bool isMeasured)
    {
        if (!IsVideo || Paused || Pinned is not null || Producer.Rates is not { } rates || (!isMeasured && _settings.Type == ConsumerType.Simple))
        {
            return false;
        }

        _layers.Describe(rates, ref demand);
        return true;
    }

    /// <summary>The highest decode target that the path has room for.</summary>
    public void Allow(int target, MediaTime now)
    {
        if (_layers.Allow(target))
        {
            ChooseLayers(now);
        }
    }

    /// <summary>Sends something again that the client can do without: to see whether the path carries it.</summary>
    /// <returns>Bytes sent; 0 when there is nothing.</returns>
    public int TrySendPadding(int maxBytes, MediaTime now) => Paused ? 0 : _repair?.TrySendPadding(maxBytes, now) ?? 0;

    /// <summary>Asks for a key frame of the layer that is wanted.</summary>
    public void RequestKeyFrame(MediaTime now)
    {
        if (IsVideo && !Paused && !_layers.IsStopped)
        {
            _layers.OnAsked(now);
            _group?.RequestKeyFrame(EncodingOf(_layers.WantedSpatial), now);
        }
    }

    /// <summary>The client asks for a key frame (RFC 4585 §6.3.1, RFC 5104 §3.5.1): of what it gets at present.</summary>
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

        Traces.WasAsked(this, full ? MediaTraceTypes.Fir : MediaTraceTypes.Pli, now);

        if (IsVideo && !Paused && _layers.Present is not null)
        {
            _group?.RequestKeyFrame(EncodingOf(_layers.Spatial), now);
        }
        else
        {
            RequestKeyFrame(now);
        }
    }

    /// <param name="packet">As the producer's client sent it, decrypted.</param>
    /// <param name="arrived">Its place in the pool and what is known about it.</param>
    /// <param name="now">Time of sending.</param>
    public void Forward(in RtpPacket packet, in ArrivedPacket arrived, MediaTime now)
    {
        if (Paused || (Pinned is { } encoding && arrived.Stream != encoding) || !TryReadPayload(packet, arrived, out var payloadType, out var payload))
        {
            return;
        }

        if (!Transport.CanSend)
        {
            // No path or no keys: what is left out here is made good by a key frame, once there is somebody to send it to.
            Resynchronize();
            NoteDemand();
            return;
        }

        if (_numbers.HasBegunAnew(arrived))
        {
            Resynchronize();
        }

        var takes = _layers.Takes(arrived.Layers) && !(_settings.IgnoreDtx && OpusPayload.IsDtx(payload));
        if (_layers.MissesKeyFrame(now))
        {
            RequestKeyFrame(now);
        }

        if (!takes)
        {
            _numbers.LeaveOut(packet, arrived);
            return;
        }

        if (Pinned is not null && !_numbers.Follows(arrived))
        {
            // Whoever takes this up over there has to know which moment it belongs to.
            Transport.Reporter.SendSenderReport(this, now);
        }

        var waits = IsVideo && Transport.Egress.MustWait(now);
        var room = waits ? default : Transport.Egress.Begin();
        if (room.IsEmpty && !waits)
        {
            // Nothing can leave at present.
            Resynchronize();
            return;
        }

        var enters = !_numbers.Follows(arrived);
        if (enters)
        {
            Enter(packet, arrived, now);
        }

        if (!_numbers.TryNumber(packet, payload, out var sequence, out var timestamp, out var shift))
        {
            return;
        }

        var markerAndType = (byte)(payloadType | (EndsPicture(packet, arrived.Layers) ? PacketNumbers.MarkerBit : 0));
        _numbers.OnSent(timestamp, now);
        if (waits)
        {
            var numbers = new PacketNumbers(markerAndType, sequence, timestamp, 0, 0);
            Transport.Egress.Wait(new WaitingPacket(this, arrived.Index, numbers, shift, arrived.Layers, IsRepair: false), now);
            ReportLayers();
            NoteDemand();
        }
        else if (Leave(packet, payload, arrived.Index, Number(markerAndType, sequence, timestamp), shift, arrived.Layers, room, now))
        {
            ReportLayers();
            NoteDemand();
        }

        if (enters)
        {
            _group?.Replay(this, arrived, packet.SequenceNumber, now);
        }
    }

    void IPacedStream.Leave(in WaitingPacket waiting, MediaTime now)
    {
        var first = waiting.Numbers;
        if (waiting.IsRepair)
        {
            _repair?.Resend(waiting.Index, first, waiting.Shift, now);
            return;
        }

        var room = Transport.Egress.Begin();
        if (room.IsEmpty || !RtpPacket.TryParse(Transport.Engine.Pool.Packet(waiting.Index), out var packet))
        {
            Resynchronize();
            return;
        }

        var numbers = Number(first.MarkerAndType, first.Sequence, first.Timestamp);
        Leave(packet, packet.Payload, waiting.Index, numbers, waiting.Shift, waiting.Layers, room, now);
    }

    /// <summary>Asks the processor for what sending needs that lies so many references away from the consumer.</summary>
    public void Prefetch(int hop)
    {
        switch (hop)
        {
            case 0:
                CacheHint.Object(this, 4);
                break;
            case 1:
                CacheHint.Object(Transport, 5);
                CacheHint.Object(_numbers, 2);
                CacheHint.Object(_repair);
                CacheHint.Object(Sent, 2);
                CacheHint.Object(_writer, 2);
                CacheHint.Object(_codecs);
                break;
            case 2:
                CacheHint.Object(Transport.Egress, 2);
                _numbers.Prefetch();
                _repair?.PrefetchIndex();
                Sent.Prefetch();
                break;
            default:
                Transport.Egress.Prefetch(hop - 3);
                if (hop == PrefetchHops - 1)
                {
                    _repair?.PrefetchSlots();
                }

                break;
        }
    }

    /// <summary>The client misses packets (RFC 4585 §6.2.1).</summary>
    public void OnNack(GenericNack nack, MediaTime now)
    {
        Traces.WasAsked(this, MediaTraceTypes.Nack, now);
        _repair?.OnNack(nack, now);
    }

    /// <summary>
    /// A Sender Report for now, with the publisher's own relation of capture time and timestamps as soon as that is known: only
    /// so do audio and video of one publisher stay together at the client. False before the first packet, and, where another node puts
    /// the encodings together again by their clocks, before those are known.
    /// </summary>
    public bool TryBuildSenderReport(NtpTime ntp, MediaTime now, out SenderInfo info)
    {
        info = default;
        if (Pinned is not null ? Paused || _group?.ClockOf(Pinned.Value) is null : !Sent.HasSent)
        {
            return false;
        }

        info = _numbers.TimestampAt(ntp, _group) is { } timestamp ? Sent.BuildSenderReport(ntp, timestamp) : Sent.BuildSenderReport(now, ntp);
        Traces.Reported(this, info, now);
        return true;
    }

    public ImmutableArray<MediaStats> Stats(MediaTime now) => [ConsumerStats.Of(this, _repair, now)];

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
        _repair?.Clear();
        Transport.Egress.Discard(this);
        Leave();
        Transport.Engine.Forget(this);
    }

    /// <summary>The numbers that one packet more leaves under.</summary>
    public PacketNumbers Number(byte markerAndType, ushort sequence, uint timestamp) => new(
        markerAndType,
        sequence,
        timestamp,
        Transport.Egress.NextTransportSequence(this),
        Transport.Engine.AbsSendTime);

    private static bool NumbersPictures(ConsumerType type, CodecKind? codec) =>
        (codec == CodecKind.Vp8 && type is ConsumerType.Simulcast or ConsumerType.Svc) || (codec == CodecKind.Vp9 && type == ConsumerType.Simulcast);

    /// <summary>What this client gets of the payload: without redundancy (RFC 2198) where it knows none. False: it knows no such codec.</summary>
    private bool TryReadPayload(in RtpPacket packet, in ArrivedPacket arrived, out byte payloadType, out ReadOnlySpan<byte> payload)
    {
        payloadType = arrived.PayloadType;
        payload = packet.Payload;
        if (_codecs[payloadType] is not null)
        {
            return true;
        }

        payloadType = arrived.PrimaryPayloadType;
        payload = payload[arrived.PrimaryOffset..];
        return arrived.PrimaryOffset > 0 && _codecs[payloadType] is not null;
    }

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
        if (!Send(packet, payload, numbers, shift, room, now))
        {
            return false;
        }

        _numbers.OnLeft(numbers.Sequence);
        _repair?.Keep(index, numbers, shift, now);
        if (Traced != MediaTraceTypes.None)
        {
            Trace(packet, numbers, layers, isRtx: false, now);
        }

        return true;
    }

    private bool Send(in RtpPacket packet, ReadOnlySpan<byte> payload, in PacketNumbers numbers, DescriptorShift shift, Span<byte> room, MediaTime now)
    {
        var headerLength = _writer.WriteHeader(packet, numbers, shift, room);
        if (headerLength < 0)
        {
            return false;
        }

        if (!shift.IsNone && _numbers.ArePictures)
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

        if (!Transport.Egress.Send(room, headerLength, payload, now))
        {
            return false;
        }

        Sent.OnPacketSent(headerLength + payload.Length, payload.Length, numbers.Timestamp, now);
        return true;
    }

    /// <summary>The first packet, or the first of another encoding: the numbers go on from the last ones sent.</summary>
    private void Enter(in RtpPacket packet, in ArrivedPacket arrived, MediaTime now)
    {
        if (_numbers.IsSynchronized && arrived.Stream < _numbers.Encoding)
        {
            // On the way down the path is narrow, and the key frame makes good all that was lost before it, or has not left yet.
            _repair?.Clear();
            if (Transport.Egress.Discard(this) > 0)
            {
                _numbers.Recall();
            }
        }

        _numbers.Enter(packet, arrived, _group, now);
    }

    /// <summary>The last packet of a picture, of which the client gets no higher layer, bears the marker.</summary>
    private bool EndsPicture(in RtpPacket packet, in FrameLayers frame) =>
        packet.Marker || (frame.IsFrameEnd && IsVideo && Pinned is null && !Producer.IsSimulcast && frame.SpatialLayer == _layers.Spatial);

    /// <summary>Tells the group which encodings it needs, where a pipe carries only those that are needed.</summary>
    private void NoteDemand()
    {
        if (Producer.Demand is not null)
        {
            Demand(Paused || !Transport.CanSend || _layers.IsStopped
                ? 0
                : IsVideo ? Bit(_layers.WantedSpatial) | Bit(_layers.Spatial) : 1);
        }
    }

    private int Bit(int spatial) => spatial < 0 ? 0 : 1 << EncodingOf(spatial);

    private void Demand(int encodings)
    {
        if (encodings != _demand)
        {
            _group?.NoteDemand(_demand, encodings);
            _demand = encodings;
        }
    }

    private int EncodingOf(int spatial) => Producer.IsSimulcast ? Math.Clamp(spatial, 0, Producer.Encodings.Length - 1) : 0;

    /// <summary>For who looks for a fault: a packet under the numbers that it left under.</summary>
    public void Trace(in RtpPacket original, in PacketNumbers numbers, in FrameLayers frame, bool isRtx, MediaTime now)
    {
        Span<byte> header = stackalloc byte[IDatagramSink.MaxDatagramBytes];
        var length = _writer.WriteHeader(original, numbers, shift: default, header);
        if (length >= 0 && RtpPacket.TryParseHeader(header[..length], out var sent))
        {
            Traces.Sent(this, sent, length + original.Payload.Length, frame, isRtx, now);
        }
    }

    private void ReportScore()
    {
        if (_scoring.TakeNews(_numbers.IsSynchronized ? _numbers.Encoding : -1) is { } news)
        {
            Transport.Events.ConsumerScoreChanged(Handle, news);
        }
    }

    private void ReportLayers()
    {
        if (_settings.Type is not (ConsumerType.Simulcast or ConsumerType.Svc))
        {
            return;
        }

        var present = Paused ? null : _layers.Present;
        if (_layers.IsNews(present))
        {
            Transport.Events.ConsumerLayersChanged(Handle, present);
        }
    }
}
