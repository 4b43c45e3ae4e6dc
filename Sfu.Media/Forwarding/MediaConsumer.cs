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
/// jump over pauses and over changes of the encoding: to the client it is one stream of which nothing was left out.
/// </remarks>
internal sealed class MediaConsumer
{
    /// <summary>How far <see cref="Prefetch"/> reaches.</summary>
    public const int PrefetchHops = OutgoingStream.PrefetchHops + 2;

    // Given.
    private readonly ConsumerSettings _settings;
    private readonly CodecTable _codecs;

    // Owned.
    private readonly OutgoingStream _stream;
    private readonly ConsumerScoring _scoring;

    // State.
    private LayerChoice _layers;
    private ConsumerGroup? _group;
    private ConsumerDemand _demand;
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
        TakesCongestionFeedback = CongestionControl.UsesCongestionFeedback(settings.RtpParameters);
        TakesRemb = settings.RtpParameters.Codecs.Any(static codec => codec.RtcpFeedback.Any(static f => f.Type == "goog-remb"));
        Cname = Encoding.UTF8.GetBytes(settings.RtpParameters.Rtcp.Cname ?? "");
        _stream = new OutgoingStream(this, _codecs, settings);
        _scoring = new ConsumerScoring(producer);
        _layers = new LayerChoice(settings.PreferredLayers, settings.Priority, _codecs.Media?.Kind.HasKeyFrames() == true, ScopeOf(producer, settings.Encoding));
        _demand = new ConsumerDemand(producer);
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

    /// <summary>The decode targets that cross a pipe with the next key frame.</summary>
    public ushort CrossingTargets => (ushort)_layers.PipedTargets;

    /// <summary>The number of the last packet that left.</summary>
    public ushort LastSequence => _stream.Numbers.LastLeft;

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
    public bool WaitsForKeyFrame => !Paused && _layers.WaitsForKeyFrame && Transport.CanSend;

    /// <summary>Its packets bear transport-wide sequence numbers.</summary>
    public bool WritesTransportSequence => _stream.WritesTransportSequence;

    /// <summary>The client's feedback tells of its packets by transport-wide sequence numbers.</summary>
    public bool TakesTransportFeedback => WritesTransportSequence && !TakesCongestionFeedback;

    /// <summary>The client's feedback tells of its packets by their own numbers (RFC 8888).</summary>
    public bool TakesCongestionFeedback { get; }

    /// <summary>The client tells what it thinks that the path carries.</summary>
    public bool TakesRemb { get; }

    /// <summary>The consumers of the same producer on the same engine; null while it has not begun or is over.</summary>
    public ConsumerGroup? Group => _group;

    private bool HasLayers => _settings.Type is ConsumerType.Simulcast or ConsumerType.Svc;

    /// <summary>The producer's encoding that it gets at present; −1: none.</summary>
    private int PresentEncoding => _stream.Numbers.IsSynchronized ? _stream.Numbers.Encoding : -1;

    private bool IsVideo => _settings.Kind == MediaKind.Video;

    /// <summary>The consumers of the same producer on the same engine, which it gets its packets with.</summary>
    public void Join(ConsumerGroup group)
    {
        _group = group;
        group.Add(this);
    }

    public void Leave()
    {
        _demand.Need(0, _group);
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
        if (Transport.Egress.Discard(_stream) > 0)
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
        _stream.Numbers.Leave();
        _layers.Leave();
    }

    /// <summary>Packets that waited for their turn are forgotten.</summary>
    public void RecallWaiting()
    {
        _stream.Numbers.Recall();
        _layers.Leave();
    }

    public void OnTime(MediaTime now)
    {
        _stream.Repair?.OnTime(now);
        _group?.OnTime(now);
        ReportScore();
    }

    /// <summary>The client has told how the stream arrives (RFC 3550 §6.4.1).</summary>
    public void OnReport(in ReportBlock report, MediaTime now)
    {
        Sent.OnReportBlock(report, Transport.Reporter.NtpAt(now));
        _scoring.OnReport(report.FractionLost, Sent.PacketCount, _stream.Repair?.PacketsRetransmitted ?? 0, now);
        Transport.Egress.OnReport(this, report, now);
    }

    public void SetPreferredLayers(ConsumerLayers layers, MediaTime now)
    {
        _layers.Preferred = layers;
        ChooseLayers(now);
    }

    /// <summary>The decode targets of its encoding that are to cross a pipe from now on.</summary>
    public void SetPipedTargets(int targets, MediaTime now)
    {
        if (Pinned is not null && _layers.PipedTargets != (targets & ScopeOf(Producer, Pinned)))
        {
            _layers.Want(targets);
            Transport.Reporter.Announce(this, now);
            ChooseLayers(now);
        }
    }

    public void SetPriority(int priority) => _layers.Priority = priority;

    public void Trace(MediaTraceTypes types)
    {
        Traced = types;
        if (types == MediaTraceTypes.None)
        {
            _stream.StopTracing();
        }
    }

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
    public int TrySendPadding(int maxBytes, MediaTime now) => Paused ? 0 : _stream.Repair?.TrySendPadding(maxBytes, now) ?? 0;

    /// <summary>Asks for a key frame of the layer that is wanted.</summary>
    public void RequestKeyFrame(MediaTime now)
    {
        if (IsVideo && !Paused && !_layers.IsStopped)
        {
            _layers.OnAsked(now);
            _group?.RequestKeyFrame(Producer.EncodingOf(_layers.WantedSpatial), now);
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

        if (Pinned is not null)
        {
            // Whoever waits over there may have missed what comes with it.
            Transport.Reporter.Announce(this, now);
        }

        if (IsVideo && !Paused && _layers.IsOn)
        {
            _group?.RequestKeyFrame(Producer.EncodingOf(_layers.Spatial), now);
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
        if (Paused || (Pinned is { } encoding && arrived.Stream != encoding) || !_codecs.TryReadPayload(packet, arrived, out var payloadType, out var payload))
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

        if (_stream.Numbers.HasBegunAnew(arrived))
        {
            Resynchronize();
        }

        var before = _layers.Spatial;
        var waited = Pinned is not null && _layers.WaitsForKeyFrame;
        var takes = _layers.Takes(arrived.Layers) && !(_settings.IgnoreDtx && OpusPayload.IsDtx(payload));
        if (_layers.MissesKeyFrame(now))
        {
            RequestKeyFrame(now);
        }

        if (!takes)
        {
            _stream.Numbers.LeaveOut(packet, arrived);
            return;
        }

        if (Pinned is not null && !_stream.Numbers.Follows(arrived))
        {
            // Whoever takes this up over there has to know which moment it belongs to.
            Transport.Reporter.SendSenderReport(this, now);
        }

        if (waited && !_layers.WaitsForKeyFrame)
        {
            // And which layers come with it.
            Transport.Reporter.Announce(this, now);
        }

        if (arrived.Layers.IsKeyFrame && _layers.Spatial < before)
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
            _stream.Enter(packet, arrived, _group, now);
        }

        var markerAndType = (byte)(payloadType | (EndsPicture(packet, arrived.Layers) ? PacketNumbers.MarkerBit : 0));
        if (_stream.Send(packet, payload, arrived, markerAndType, room, now, out var isNumbered))
        {
            ReportLayers();
            NoteDemand();
        }

        if (enters && isNumbered)
        {
            _group?.Replay(this, arrived, packet.SequenceNumber, now);
        }
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
        if (Pinned is not null ? Paused || _group?.ClockOf(Pinned.Value) is null : !Sent.HasSent)
        {
            return false;
        }

        info = _stream.Numbers.TimestampAt(ntp, _group) is { } timestamp ? Sent.BuildSenderReport(ntp, timestamp) : Sent.BuildSenderReport(now, ntp);
        Traces.Reported(this, info, now);
        return true;
    }

    public void ReportStats(long requestId, MediaTime now) =>
        ConsumerStats.Report(this, _stream.Repair, HasLayers || Pinned is not null ? PresentEncoding : 0, requestId, now);

    public ConsumerDump Dump() =>
        new(Handle, _settings.Id, Producer.Handle, _settings.Kind.ToString().ToLowerInvariant(), Paused, Ssrc)
        {
            Score = Score,
            PreferredLayers = HasLayers ? _layers.Preferred : null,
            CurrentLayers = HasLayers && !Paused ? _layers.Present : null,
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

    /// <summary>The last packet of a picture, of which the client gets no higher layer, bears the marker.</summary>
    private bool EndsPicture(in RtpPacket packet, in FrameLayers frame) =>
        packet.Marker || (IsVideo && !Producer.IsSimulcast && _layers.EndsPicture(frame));

    /// <summary>The decode targets that a pipe carries of an encoding.</summary>
    private static ushort ScopeOf(MediaProducer producer, int? encoding) =>
        encoding is not { } place ? (ushort)0 : (ushort)(producer.IsSimulcast ? TargetSets.Of(place) : TargetSets.All);

    /// <summary>Tells the group which layers it needs, where a pipe carries only those that are needed.</summary>
    private void NoteDemand()
    {
        if (!_demand.Counts)
        {
            return;
        }

        if (Paused || !Transport.CanSend || _layers.IsStopped)
        {
            _demand.Need(0, _group);
        }
        else
        {
            _demand.Need(IsVideo ? _layers.Needs(Producer.IsSimulcast) : TargetSets.All, _group);
        }
    }

    private void ReportScore()
    {
        if (_scoring.TakeNews(PresentEncoding) is { } news)
        {
            Transport.Events.ConsumerScoreChanged(Handle, news);
        }
    }

    private void ReportLayers()
    {
        if (!HasLayers)
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
