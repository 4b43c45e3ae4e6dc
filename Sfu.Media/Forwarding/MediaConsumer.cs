using System.Text;
using Sfu.Media.Buffers;
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
/// jump over pauses and over changes of the encoding: to the client it is one stream of which nothing was left out.
/// </remarks>
internal sealed class MediaConsumer
{
    /// <summary>How far <see cref="Prefetch"/> reaches.</summary>
    public const int PrefetchHops = OutgoingStream.PrefetchHops + 2;

    // Given.
    private readonly ConsumerSettings _settings;
    private readonly CodecTable _codecs;
    private readonly bool _ignoresDtx;

    // Owned.
    private readonly OutgoingStream _stream;
    private readonly ConsumerScoring _scoring;

    // State.
    private volatile bool _closed;

    public MediaConsumer(MediaTransport transport, ConsumerHandle handle, MediaProducer producer, ConsumerSettings settings)
    {
        Transport = transport;
        Handle = handle;
        Producer = producer;
        _settings = settings;
        IsVideo = settings.Kind == MediaKind.Video;
        _ignoresDtx = settings.IgnoreDtx;
        Paused = settings.Paused;
        _codecs = CodecTable.Of(settings.RtpParameters);
        var encoding = settings.RtpParameters.Encodings.FirstOrDefault();
        Ssrc = encoding?.Ssrc ?? 0;
        RtxSsrc = encoding?.Rtx?.Ssrc;
        Feedback = PathFeedback.Of(settings.RtpParameters);
        Cname = Encoding.UTF8.GetBytes(settings.RtpParameters.Rtcp.Cname ?? "");
        _stream = new OutgoingStream(this, _codecs, settings);
        _scoring = new ConsumerScoring(producer);
        Crossing = settings.Encoding is { } only ? new PipeCrossing(this, _stream.Numbers, only) : null;
        Layers = new LayerSubscription(this, settings, _codecs.Media?.Kind);
    }

    public MediaTransport Transport { get; }

    public ConsumerHandle Handle { get; }

    public MediaProducer Producer { get; }

    /// <summary>Any thread.</summary>
    public bool IsClosed => _closed;

    public uint Ssrc { get; }

    public uint? RtxSsrc { get; }

    /// <summary>The only encoding of the producer that it gets, since that crosses a pipe; null: it gets whichever fits best.</summary>
    public PipeCrossing? Crossing { get; }

    /// <summary>Which of the producer's layers it gets.</summary>
    public LayerSubscription Layers { get; }

    public MediaKind Kind => _settings.Kind;

    public string MimeType => _codecs.Media?.MimeType ?? "";

    /// <summary>0 … 10.</summary>
    public int Score => _scoring.Value;

    /// <summary>How many packets may have to go out again under their own numbers: none when RTX carries them.</summary>
    public int MaxPlainRetransmissions => _stream.Repair?.MaxPlainRetransmissions ?? 0;

    public byte[] Cname { get; }

    public RtpStreamSender Sent => _stream.Sent;

    public bool Paused { get; private set; }

    public MediaTraceTypes Traced { get; private set; }

    public long PliCount { get; private set; }

    public long FirCount { get; private set; }

    /// <summary>Kept by its <see cref="ConsumerGroup"/>.</summary>
    public int PlaceInGroup { get; set; }

    /// <summary>Kept by <see cref="RtpEgress"/>.</summary>
    public int PlaceInTransport { get; set; }

    /// <summary>It gets nothing, or not the layer that it wants, until a key frame comes.</summary>
    public bool WaitsForKeyFrame => !Paused && Layers.WaitsForKeyFrame && Transport.CanSend;

    /// <summary>What its client tells of the path to it.</summary>
    public PathFeedback Feedback { get; }

    /// <summary>The consumers of the same producer on the same engine; null while it has not begun or is over.</summary>
    public ConsumerGroup? Group { get; private set; }

    /// <summary>The producer's encoding that it gets at present; −1: none.</summary>
    private int PresentEncoding => _stream.Numbers.IsSynchronized ? _stream.Numbers.Encoding : -1;

    private bool IsVideo { get; }

    /// <summary>The consumers of the same producer on the same engine, which it gets its packets with.</summary>
    public void Join(ConsumerGroup group)
    {
        Group = group;
        group.Add(this);
    }

    public void Leave()
    {
        Layers.NeedNothing();
        Group?.Remove(this);
        Group = null;
    }

    /// <summary>Media may flow from now on: a video consumer asks for the key frame that it starts with.</summary>
    public void Start(MediaTime now)
    {
        Crossing?.Announce(now);
        if (!Paused && Transport.CanSend)
        {
            Resynchronize();
            if (IsVideo)
            {
                Transport.Egress.ShareWith(this, now);
            }

            Layers.Choose(now);
            Layers.AskForKeyFrame(now);
            Layers.NoteDemand();
        }
    }

    public void Pause()
    {
        Paused = true;
        Resynchronize();
        if (Transport.Egress.Discard(_stream) > 0)
        {
            RecallWaiting();
        }

        Layers.Report();
        Layers.NoteDemand();
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
        _stream.Numbers.Leave();
        Layers.Leave();
    }

    /// <summary>Packets that waited for their turn are forgotten.</summary>
    public void RecallWaiting()
    {
        _stream.Numbers.Recall();
        Layers.Leave();
    }

    public void OnTime(MediaTime now)
    {
        _stream.Repair?.OnTime(now);
        Group?.OnTime(now);
        ReportScore();
    }

    /// <summary>The client has told how the stream arrives (RFC 3550 §6.4.1).</summary>
    public void OnReport(in ReportBlock report, MediaTime now)
    {
        Sent.OnReportBlock(report, Transport.Reporter.NtpAt(now));
        _scoring.OnReport(report.FractionLost, Sent.PacketCount, _stream.Repair?.PacketsRetransmitted ?? 0, now);
        Transport.Egress.OnReport(this, report, now);
    }

    public void Trace(MediaTraceTypes types)
    {
        Traced = types;
        if (types == MediaTraceTypes.None)
        {
            _stream.StopTracing();
        }
    }

    public void OnProducerResumed(MediaTime now) => Start(now);

    /// <summary>Sends something again that the client can do without: to see whether the path carries it.</summary>
    /// <returns>Bytes sent; 0 when there is nothing.</returns>
    public int TrySendPadding(int maxBytes, MediaTime now) => Paused ? 0 : _stream.Repair?.TrySendPadding(maxBytes, now) ?? 0;

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

        // Whoever waits at the other end of a pipe may have missed what comes with it.
        Crossing?.Announce(now);
        Layers.OnKeyFrameRequest(now);
    }

    /// <param name="packet">As the producer's client sent it, decrypted.</param>
    /// <param name="arrived">Its place in the pool and what is known about it.</param>
    /// <param name="now">Time of sending.</param>
    public void Forward(in RtpPacket packet, in ArrivedPacket arrived, MediaTime now)
    {
        if (Paused || Crossing?.Carries(arrived) == false || !_codecs.TryReadPayload(packet, arrived, out var payloadType, out var payload))
        {
            return;
        }

        if (!Transport.CanSend)
        {
            // No path or no keys: what is left out here is made good by a key frame, once there is somebody to send it to.
            Resynchronize();
            Layers.NoteDemand();
            return;
        }

        if (_stream.Numbers.HasBegunAnew(arrived))
        {
            Resynchronize();
        }

        var before = Layers.Spatial;
        var waited = Crossing is not null && Layers.WaitsForKeyFrame;
        var takes = Layers.Takes(arrived.Layers) && !(_ignoresDtx && _codecs.IsSilence(payloadType, payload, arrived));
        Layers.AskAgainWhenLate(now);
        if (!takes)
        {
            _stream.Numbers.LeaveOut(packet, arrived);
            return;
        }

        Crossing?.BeforePacket(arrived, endsWait: waited && !Layers.WaitsForKeyFrame, now);

        if (arrived.Layers.IsKeyFrame && Layers.Spatial < before)
        {
            _stream.GoDown();
        }

        if (IsVideo && arrived.Layers.IsFrameStart)
        {
            // Of its picture it may get an upper layer alone.
            Transport.Egress.BeforeFrame(now);
        }

        var waits = IsVideo && Transport.Egress.MustWait(now);
        var room = waits ? default : Transport.Egress.Begin();
        if (room.IsEmpty && !waits)
        {
            // Nothing can leave at present.
            Resynchronize();
            return;
        }

        var enters = !_stream.Numbers.Follows(arrived);
        if (enters)
        {
            _stream.Enter(packet, arrived, Group, now);
        }

        var markerAndType = (byte)(payloadType | (Layers.EndsPicture(packet, arrived.Layers) ? PacketNumbers.MarkerBit : 0));
        if (_stream.Send(packet, payload, arrived, markerAndType, room, now, out var isNumbered))
        {
            Layers.Report();
            Layers.NoteDemand();
        }

        if (enters && isNumbered)
        {
            Group?.Replay(this, arrived, packet.SequenceNumber, now);
        }
    }

    /// <summary>Asks the processor for what sending needs that lies so many references away from the consumer.</summary>
    public void Prefetch(int hop)
    {
        switch (hop)
        {
            case 0:
                CacheHint.Object(this, 3);
                break;
            case 1:
                CacheHint.Object(Transport, 5);
                CacheHint.Object(Layers, 2);
                CacheHint.Object(_stream);
                CacheHint.Object(_codecs);
                break;
            default:
                _stream.Prefetch(hop - 2);
                if (hop == 2)
                {
                    CacheHint.Object(Transport.Egress, 2);
                }
                else
                {
                    Transport.Egress.Prefetch(hop - 3);
                }

                break;
        }
    }

    /// <summary>The client misses packets (RFC 4585 §6.2.1).</summary>
    public void OnNack(GenericNack nack, MediaTime now)
    {
        Traces.WasAsked(this, MediaTraceTypes.Nack, now);
        _stream.Repair?.OnNack(nack, now);
    }

    /// <summary>
    /// A Sender Report for now, with the publisher's own relation of capture time and timestamps as soon as that is known: only
    /// so do audio and video of one publisher stay together at the client. False before the first packet, and, where another node puts
    /// the encodings together again by their clocks, before those are known.
    /// </summary>
    public bool TryBuildSenderReport(NtpTime ntp, MediaTime now, out SenderInfo info)
    {
        info = default;
        if (Crossing is { } crossing ? Paused || !crossing.HasClock : !Sent.HasSent)
        {
            return false;
        }

        info = _stream.Numbers.TimestampAt(ntp, Group) is { } timestamp ? Sent.BuildSenderReport(ntp, timestamp) : Sent.BuildSenderReport(now, ntp);
        Traces.Reported(this, info, now);
        return true;
    }

    public void ReportStats(long requestId, MediaTime now) =>
        ConsumerStats.Report(this, _stream.Repair, Layers.HasLayers || Crossing is not null ? PresentEncoding : 0, requestId, now);

    public ConsumerDump Dump() =>
        new(Handle, _settings.Id, Producer.Handle, _settings.Kind.ToString().ToLowerInvariant(), Paused, Ssrc)
        {
            Score = Score,
            PreferredLayers = Layers.Preferred,
            CurrentLayers = Layers.Present,
        };

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
        _stream.Repair?.Clear();
        Transport.Egress.Discard(_stream);
        Leave();
        Transport.Engine.Forget(this);
    }

    private void ReportScore()
    {
        if (_scoring.TakeNews(PresentEncoding) is { } news)
        {
            Transport.Events.ConsumerScoreChanged(Handle, news);
        }
    }
}
