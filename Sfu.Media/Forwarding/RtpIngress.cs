using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using Sfu.Media.Bwe;
using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// The receiving half of a transport: SRTP, which producer a packet belongs to, repair, and the feedback to the sender.
/// Media thread only.
/// </summary>
internal sealed class RtpIngress(MediaTransport transport) : IDisposable
{
    private const int MaxNacksPerMessage = 64;

    // Owned.
    private readonly ReceiveStreamTable _streams = new();
    private readonly RateMeter _rate = new();

    // State.
    private TransportCcFeedbackGenerator? _feedback;
    private CongestionFeedbackGenerator? _congestion;
    private RembEstimator? _remb;
    private SrtpReceiver? _srtp;
    private bool _acceptsPlain;
    private uint _lastMediaSsrc;

    /// <summary>The client's wall clock against ours, from the Sender Reports of all its streams.</summary>
    public SenderClock Clock { get; } = new();

    /// <summary>What the client's path carries, in bit/s, where it is estimated here; null: the client does that by itself.</summary>
    public long? Estimate => _remb?.Bitrate;

    /// <summary>Bytes of RTP and RTCP received with a valid tag.</summary>
    public long RtpBytes { get; private set; }

    /// <summary>What the client sent again, or for probing, by RTX. Protected.</summary>
    public TrafficMeter Repetition { get; } = new();

    /// <summary>RTCP received, protected.</summary>
    public TrafficMeter Rtcp { get; } = new();

    public ReceiveStreamTable Streams => _streams;

    public MediaTime NextTimeout
    {
        get
        {
            var next = MediaTime.Min(_feedback?.NextTimeout ?? MediaTime.Never, _congestion?.NextTimeout ?? MediaTime.Never);
            foreach (var stream in _streams.Media)
            {
                next = MediaTime.Min(next, stream.NextTimeout);
            }

            foreach (var producer in _streams.Producers)
            {
                next = MediaTime.Min(next, producer.Demand?.NextTimeout ?? MediaTime.Never);
            }

            return next;
        }
    }

    public void SetKeys(SrtpKeys keys)
    {
        DropKeys();
        _srtp = new SrtpReceiver(keys);
        transport.Engine.SrtpSessions++;
    }

    /// <summary>Media comes unprotected from now on: nothing of it is authentic.</summary>
    public void AcceptPlain() => _acceptsPlain = true;

    public void DropKeys()
    {
        _acceptsPlain = false;
        if (_srtp is not null)
        {
            _srtp.Dispose();
            _srtp = null;
            transport.Engine.SrtpSessions--;
        }
    }

    public void Dispose() => DropKeys();

    public long Bitrate(MediaTime now) => _rate.BitsPerSecond(now);

    /// <summary>Of what was to come between the last two reports, over all streams; 0 … 1.</summary>
    public double LossShare()
    {
        var lost = 0;
        var count = 0;
        foreach (var stream in _streams.Media)
        {
            lost += stream.Reception.FractionLost;
            count++;
        }

        return count == 0 ? 0 : lost / 256.0 / count;
    }

    public bool TryAdd(MediaProducer producer, out string reason) => _streams.TryAdd(producer, out reason);

    public void Remove(MediaProducer producer)
    {
        foreach (var stream in producer.Streams)
        {
            Forget(stream);
        }

        _streams.Remove(producer);
    }

    public void CloseProducers()
    {
        foreach (var producer in _streams.RemoveAll())
        {
            producer.Close();
        }
    }

    public ImmutableArray<ProducerDump> DumpProducers() => [.. _streams.Producers.Select(static p => p.Dump())];

    /// <returns>
    /// Whether the packet is authentic, or, where none is, of a stream that is known: only then does it say anything about the path that it
    /// came on.
    /// </returns>
    public bool OnRtp(Span<byte> datagram, MediaTime now)
    {
        var length = datagram.Length;
        if (_srtp is { } srtp
            ? !RtpPacket.TryParseHeader(datagram, out var header) || srtp.UnprotectRtp(datagram, header.HeaderLength, out length) != SrtpStatus.Ok
            : !_acceptsPlain)
        {
            return false;
        }

        var plain = datagram[..length];
        RtpBytes += datagram.Length;
        _rate.Add(datagram.Length, now);
        var authentic = _srtp is not null;
        if (!RtpPacket.TryParse(plain, out var packet))
        {
            return authentic;
        }

        var entry = _streams.Find(packet) ?? Discover(packet);
        if (entry is null)
        {
            return authentic;
        }

        NoteArrival(entry.Producer, packet, now);
        if (entry.IsRtx)
        {
            Repetition.Add(datagram.Length, now);
            OnRtx(entry, plain, now);
        }
        else if (entry.Stream is { } stream)
        {
            OnMedia(stream, packet, repaired: false, now);
        }

        return true;
    }

    /// <returns>Whether the compound is authentic, or, where none is, one that makes sense.</returns>
    public bool OnRtcp(Span<byte> datagram, MediaTime now)
    {
        var length = datagram.Length;
        if (_srtp is { } srtp ? srtp.UnprotectRtcp(datagram, out length) != SrtpStatus.Ok : !_acceptsPlain)
        {
            return false;
        }

        RtpBytes += datagram.Length;
        Rtcp.Add(datagram.Length, now);
        _rate.Add(datagram.Length, now);
        return RtcpDispatcher.Dispatch(transport, datagram[..length], now) || _srtp is not null;
    }

    public void OnTime(MediaTime now)
    {
        foreach (var stream in _streams.Media)
        {
            if (stream.Nack is { } nack && nack.NextTimeout <= now)
            {
                SendNacks(stream, nack, now);
            }

            if (stream.KeyFrames.NextTimeout <= now && stream.KeyFrames.OnTimeout(now))
            {
                SendKeyFrameRequest(stream, now);
            }
        }

        foreach (var producer in _streams.Producers)
        {
            producer.Demand?.OnTime(now);
        }

        if (_feedback is { } feedback && feedback.NextTimeout <= now)
        {
            SendTransportFeedback(feedback, now);
        }

        if (_congestion is { } congestion && congestion.NextTimeout <= now)
        {
            SendCongestionFeedback(congestion, now);
        }
    }

    [SkipLocalsInit]
    public void SendKeyFrameRequest(ReceiveStream stream, MediaTime now)
    {
        var writer = new RtcpWriter(stackalloc byte[RtcpWriter.MaxCompoundBytes]);
        var written = false;
        if (stream.Codec.Pli)
        {
            written = writer.TryAddPictureLossIndication(transport.Reporter.Ssrc, stream.Ssrc);
            stream.PliCount++;
            Traces.Asked(stream.Producer, MediaTraceTypes.Pli, stream.Ssrc, now);
        }
        else if (stream.Codec.Fir)
        {
            written = writer.TryAddFullIntraRequest(transport.Reporter.Ssrc, stream.Ssrc, stream.FirSequence++);
            stream.FirCount++;
            Traces.Asked(stream.Producer, MediaTraceTypes.Fir, stream.Ssrc, now);
        }

        if (written)
        {
            transport.Egress.SendRtcp(writer.Written, now);
        }
    }

    private void OnMedia(ReceiveStream stream, in RtpPacket packet, bool repaired, MediaTime now)
    {
        var arrival = repaired ? stream.Reception.OnRecoveredPacket(packet) : stream.Reception.OnPacket(packet, now);
        if (arrival is SequenceArrival.Duplicate or SequenceArrival.Rejected)
        {
            stream.RtxPacketsDiscarded += repaired && arrival == SequenceArrival.Rejected ? 1 : 0;
            return;
        }

        if (arrival == SequenceArrival.Restarted)
        {
            stream.Restart();
            stream.Producer.Resynchronize(stream);
        }

        var frame = stream.Inspect(packet, stream.Producer.DescriptorOf(packet));
        if (stream.Producer.Traced != MediaTraceTypes.None)
        {
            Traces.Received(stream.Producer, packet, frame, repaired, now);
        }

        if (stream.Nack is { } nack)
        {
            if (nack.OnPacket(packet.SequenceNumber, frame.IsKeyFrame, repaired, now) && stream.RtxSsrc is null)
            {
                stream.Reception.OnRepaired();
            }

            if (nack.TakeKeyFrameRequest())
            {
                stream.Producer.RequestKeyFrame(stream.Encoding, now);
            }

            transport.WakeBy(nack.NextTimeout);
        }

        if (frame.IsKeyFrame)
        {
            stream.KeyFrameCount++;
            stream.KeyFrames.OnKeyFrame();
        }

        stream.Producer.OnPacket(stream, packet, frame, now);
    }

    private void OnRtx(ReceiveStreamTable.Entry entry, Span<byte> plain, MediaTime now)
    {
        // The stream may be known only now, when its own packets came on an SSRC that was announced nowhere.
        if (entry.Stream is not { } stream)
        {
            return;
        }

        var length = 0;
        var unwrapped = entry.Producer.Codecs[(byte)(plain[1] & 0x7F)] is { Kind: CodecKind.Rtx, Apt: >= 0 } rtx
            ? Rtx.TryUnwrap(plain, stream.Ssrc, (byte)rtx.Apt, out length)
            : RtxUnwrap.Malformed;
        if (unwrapped != RtxUnwrap.Media || !RtpPacket.TryParse(plain[..length], out var original))
        {
            // Padding alone is no fault: it was sent to see what the path carries.
            stream.RtxPacketsDiscarded += unwrapped == RtxUnwrap.PaddingOnly ? 0 : 1;
            return;
        }

        stream.RtxPacketCount++;
        OnMedia(stream, original, repaired: true, now);
    }

    private ReceiveStreamTable.Entry? Discover(in RtpPacket packet)
    {
        var entry = _streams.Discover(packet, out var replaced);
        if (replaced is not null)
        {
            _srtp?.RemoveStream(replaced.Ssrc);
            _congestion?.Forget(replaced.Ssrc);
            if (entry?.Stream is { } successor)
            {
                successor.Producer.Resynchronize(successor);
            }
        }

        return entry;
    }

    private void Forget(ReceiveStream stream)
    {
        _srtp?.RemoveStream(stream.Ssrc);
        _congestion?.Forget(stream.Ssrc);
        if (stream.RtxSsrc is { } rtx)
        {
            _srtp?.RemoveStream(rtx);
            _congestion?.Forget(rtx);
        }
    }

    private void NoteSendTime(MediaProducer producer, in RtpPacket packet, MediaTime now)
    {
        var id = producer.ExtensionIds.IdOf(HeaderExtensionKind.AbsSendTime);
        if (id != 0 && packet.TryFindExtension(id, out var extension) && HeaderExtensionValues.TryReadAbsSendTime(extension.Data, out var sendTime))
        {
            _remb ??= new RembEstimator();
            _remb.OnPacket(sendTime, packet.Packet.Length, transport.Reporter.InboundRttUs, now);
            if (_remb.IsDue(now))
            {
                transport.Reporter.SendRemb(now);
            }
        }
    }

    /// <summary>For the one kind of feedback that tells the client what came.</summary>
    private void NoteArrival(MediaProducer producer, in RtpPacket packet, MediaTime now)
    {
        if (producer.Feedback.IsCongestionFeedback)
        {
            _congestion ??= new CongestionFeedbackGenerator();
            _congestion.OnPacket(packet.Ssrc, packet.SequenceNumber, now);
            transport.WakeBy(_congestion.NextTimeout);
            return;
        }

        var id = producer.ExtensionIds.IdOf(HeaderExtensionKind.TransportWideSequenceNumber);
        if (id != 0 && packet.TryFindExtension(id, out var extension) &&
            HeaderExtensionValues.TryReadTransportSequence(extension.Data, out var sequence))
        {
            _lastMediaSsrc = packet.Ssrc;
            _feedback ??= new TransportCcFeedbackGenerator();
            _feedback.OnPacket(sequence, now);
            transport.WakeBy(_feedback.NextTimeout);
        }
        else if (id == 0 && producer.Feedback.IsRemb)
        {
            NoteSendTime(producer, packet, now);
        }
    }

    [SkipLocalsInit]
    private void SendNacks(ReceiveStream stream, NackGenerator nack, MediaTime now)
    {
        Span<byte> compound = stackalloc byte[RtcpWriter.MaxCompoundBytes];
        Span<ushort> sequences = stackalloc ushort[MaxNacksPerMessage];
        int count;
        while ((count = nack.TakeDue(now, sequences)) > 0)
        {
            var rest = (ReadOnlySpan<ushort>)sequences[..count];
            while (!rest.IsEmpty)
            {
                var writer = new RtcpWriter(compound);
                if (!writer.TryAddNack(transport.Reporter.Ssrc, stream.Ssrc, rest, out var consumed) || consumed == 0)
                {
                    break;
                }

                rest = rest[consumed..];
                transport.Egress.SendRtcp(writer.Written, now);
            }

            stream.NackCount++;
            Traces.Asked(stream.Producer, MediaTraceTypes.Nack, stream.Ssrc, now);
            stream.NackPacketCount += count;
        }

        if (nack.TakeKeyFrameRequest())
        {
            stream.Producer.RequestKeyFrame(stream.Encoding, now);
        }
    }

    [SkipLocalsInit]
    private void SendTransportFeedback(TransportCcFeedbackGenerator feedback, MediaTime now)
    {
        Span<byte> compound = stackalloc byte[RtcpWriter.MaxCompoundBytes];
        while (feedback.TryWrite(transport.Reporter.Ssrc, _lastMediaSsrc, compound, out var length))
        {
            transport.Egress.SendRtcp(compound[..length], now);
        }
    }

    [SkipLocalsInit]
    private void SendCongestionFeedback(CongestionFeedbackGenerator feedback, MediaTime now)
    {
        Span<byte> compound = stackalloc byte[RtcpWriter.MaxCompoundBytes];
        while (feedback.TryWrite(transport.Reporter.Ssrc, now, transport.Reporter.NtpAt(now), compound, out var length))
        {
            transport.Egress.SendRtcp(compound[..length], now);
        }
    }
}
