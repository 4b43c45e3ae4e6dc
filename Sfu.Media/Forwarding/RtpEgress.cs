using System.Collections.Immutable;
using Sfu.Media.Buffers;
using Sfu.Media.Bwe;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Srtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>The sending half of a transport: its consumers, and SRTP on the way out. Media thread only.</summary>
internal sealed class RtpEgress(MediaTransport transport) : IDisposable
{
    // Owned.
    private readonly Dictionary<uint, MediaConsumer> _bySsrc = [];
    private readonly List<MediaConsumer> _consumers = [];
    private readonly RateMeter _rate = new();

    // State.
    private SrtpSender? _srtp;
    private bool _sendsPlain;
    private ushort _transportSequence;
    private EgressBandwidth? _bandwidth;

    // The packet under way has a number of its own, and whether feedback tells of that number or of the stream's.
    private bool _isNumbered;
    private bool _isMapped;
    private int _numberedConsumers;

    /// <summary>Null while nothing is known about the path, and nobody can tell.</summary>
    public EgressBandwidth? Bandwidth => _bandwidth;

    public MediaTime NextTimeout =>
        _bandwidth is { } bandwidth ? MediaTime.Min(bandwidth.NextTimeout, bandwidth.Pacer.NextTimeout) : MediaTime.Never;

    /// <summary>It is agreed what protects media, or that nothing does.</summary>
    public bool IsOpen => _srtp is not null || _sendsPlain;

    /// <summary>Sent again because the client asked, by RTX. Protected.</summary>
    public TrafficMeter Repetition { get; } = new();

    /// <summary>RTCP sent, protected.</summary>
    public TrafficMeter Rtcp { get; } = new();

    /// <summary>Bytes of RTP and RTCP sent, protected.</summary>
    public long RtpBytes { get; private set; }

    /// <summary>Not to be changed by others. A list, so that going through it allocates nothing.</summary>
    public List<MediaConsumer> Consumers => _consumers;

    public void SetKeys(SrtpKeys keys)
    {
        DropKeys();
        _srtp = new SrtpSender(keys);
        foreach (var consumer in _consumers)
        {
            AllowRetransmission(consumer);
        }

        transport.Engine.SrtpSessions++;
    }

    /// <summary>Media leaves unprotected from now on.</summary>
    public void SendPlain() => _sendsPlain = true;

    public void DropKeys()
    {
        DropWaiting();
        _sendsPlain = false;
        if (_srtp is not null)
        {
            _srtp.Dispose();
            _srtp = null;
            transport.Engine.SrtpSessions--;
        }
    }

    public void Dispose() => DropKeys();

    public long Bitrate(MediaTime now) => _rate.BitsPerSecond(now);

    /// <summary>
    /// The next transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01 §2). 0: the packet has none, since no
    /// feedback tells of it.
    /// </summary>
    /// <remarks>
    /// A packet of a client that gives congestion feedback (RFC 8888) has a number too, which only this node knows. It has none where
    /// another consumer of the transport writes them: transport-wide feedback wins, since its one range of numbers covers what the path
    /// carries, gaps in it would be losses, and the arrival times of the two are on two clocks.
    /// </remarks>
    public ushort NextTransportSequence(MediaConsumer consumer)
    {
        _isMapped = consumer.Feedback.IsCongestionFeedback && _numberedConsumers == 0;
        _isNumbered = consumer.Feedback.HasTransportNumbers || _isMapped;
        return _isNumbered ? ++_transportSequence : (ushort)0;
    }

    public void OnTime(MediaTime now)
    {
        _bandwidth?.Pacer.OnTime(now);
        _bandwidth?.OnTime(now);
    }

    public void OnFeedback(in TransportCcFeedback feedback, MediaTime now) => _bandwidth?.OnFeedback(feedback, now);

    /// <summary>Counts where there is no transport-wide feedback, see <see cref="NextTransportSequence"/>.</summary>
    public void OnFeedback(in CongestionFeedback feedback, MediaTime now)
    {
        if (_numberedConsumers == 0)
        {
            _bandwidth?.OnFeedback(feedback, now);
        }
    }

    /// <summary>A client that gives no feedback that tells more still says how much it loses.</summary>
    public void OnReport(MediaConsumer consumer, in ReportBlock report, MediaTime now) =>
        _bandwidth?.OnReport(report.FractionLost / 256.0, consumer.Sent.Bitrate(now), consumer.Sent.RttUs, now);

    /// <summary>The client's own estimate counts where it gives no feedback that tells more.</summary>
    public void OnRemb(long bitrate, MediaTime now)
    {
        if (_numberedConsumers > 0)
        {
            return;
        }

        foreach (var consumer in _consumers)
        {
            if (consumer.Feedback.IsRemb)
            {
                Known().OnRemb(bitrate, now);
                return;
            }
        }
    }

    /// <summary>Whether a video packet has to wait for its turn: then it goes to <see cref="Wait"/>.</summary>
    public bool MustWait(MediaTime now) => _bandwidth is not null && _bandwidth.Pacer.MustWait(now);

    /// <summary>Whether a packet that is sent again has to.</summary>
    public bool MustRepairWait(MediaTime now) => _bandwidth is not null && _bandwidth.Pacer.MustRepairWait(now);

    /// <summary>The packet leaves when its turn comes.</summary>
    public void Wait(in WaitingPacket packet, MediaTime now) => Known().Pacer.Wait(packet, now);

    /// <summary>A packet that was sent again is sent again as often as it says, each time a moment later. Only for clients that tell of the path.</summary>
    public void Repeat(in WaitingPacket packet, MediaTime now) => _bandwidth?.Pacer.Repeat(packet, now);

    /// <summary>A frame of video is about to leave.</summary>
    public void BeforeFrame(MediaTime now) => _bandwidth?.Pacer.BeforeFrame(now);

    /// <summary>What waits of the stream's packets never leaves.</summary>
    /// <returns>Packets forgotten.</returns>
    public int Discard(OutgoingStream stream) => _bandwidth?.Pacer.Discard(stream) ?? 0;

    /// <summary>There is no path or no key any more for what waits.</summary>
    public void DropWaiting()
    {
        if (_bandwidth?.Pacer.Clear() > 0)
        {
            foreach (var consumer in _consumers)
            {
                consumer.RecallWaiting();
            }
        }
    }

    /// <summary>A consumer begins: it gets what is free, and no more than the path is thought to carry.</summary>
    public void ShareWith(MediaConsumer consumer, MediaTime now)
    {
        if (_bandwidth is not null)
        {
            _bandwidth.Share(now);
        }
        else if (consumer.Feedback.IsAny)
        {
            var limits = transport.Limits;
            var most = limits.MaxOutgoing is > 0 and var max ? Math.Min(max, transport.InitialBitrate) : transport.InitialBitrate;
            var available = Math.Max(most, limits.MinOutgoing ?? 0);
            transport.Engine.Shares.Apply(this, new PathToShare(available, Former: 0, IsMeasured: false, MayClimb: true, KeepsSpatial: false), now);
        }
    }

    public bool TryAdd(MediaConsumer consumer, out string reason)
    {
        if (consumer.Ssrc == 0)
        {
            reason = "rtpParameters.encodings: a consumer needs an SSRC.";
            return false;
        }

        if (consumer.Crossing is { Encoding: var encoding } && (uint)encoding >= (uint)consumer.Producer.Encodings.Length)
        {
            reason = $"The producer has no encoding {encoding}.";
            return false;
        }

        if (_bySsrc.ContainsKey(consumer.Ssrc) || (consumer.RtxSsrc is { } rtx && _bySsrc.ContainsKey(rtx)))
        {
            reason = $"rtpParameters.encodings: SSRC {consumer.Ssrc} or its RTX SSRC is taken.";
            return false;
        }

        reason = "";
        consumer.PlaceInTransport = _consumers.Count;
        _consumers.Add(consumer);
        _numberedConsumers += consumer.Feedback.IsTransportWide ? 1 : 0;
        _bySsrc.Add(consumer.Ssrc, consumer);
        if (consumer.RtxSsrc is { } rtxSsrc)
        {
            _bySsrc.Add(rtxSsrc, consumer);
        }

        AllowRetransmission(consumer);
        return true;
    }

    public MediaConsumer? Find(uint ssrc) => _bySsrc.GetValueOrDefault(ssrc);

    public void Remove(MediaConsumer consumer)
    {
        var place = consumer.PlaceInTransport;
        if (place >= _consumers.Count || _consumers[place] != consumer)
        {
            return;
        }

        // The last one takes its place.
        _consumers[place] = _consumers[^1];
        _consumers[place].PlaceInTransport = place;
        _consumers.RemoveAt(_consumers.Count - 1);
        _numberedConsumers -= consumer.Feedback.IsTransportWide ? 1 : 0;
        _bySsrc.Remove(consumer.Ssrc);
        _bandwidth?.Forget(consumer.Ssrc);
        _srtp?.RemoveStream(consumer.Ssrc);
        if (consumer.RtxSsrc is { } rtx)
        {
            _bySsrc.Remove(rtx);
            _bandwidth?.Forget(rtx);
            _srtp?.RemoveStream(rtx);
        }
    }

    public void CloseConsumers()
    {
        while (_consumers.Count > 0)
        {
            _consumers[^1].Close();
        }
    }

    public void OnConnected(MediaTime now)
    {
        foreach (var consumer in _consumers)
        {
            consumer.Start(now);
        }
    }

    public ImmutableArray<ConsumerDump> DumpConsumers() => [.. _consumers.Select(static c => c.Dump())];

    /// <summary>Room for a plain packet, to be sent by <see cref="Send"/>. Empty when nothing can be sent.</summary>
    public Span<byte> Begin() => transport.CanSend ? transport.Engine.Parts.Sink.Begin(transport.Selected) : default;

    /// <summary>Protects a packet and queues it.</summary>
    /// <param name="room">From <see cref="Begin"/>; begins with the header.</param>
    /// <param name="headerLength">In bytes.</param>
    /// <param name="payload">Anywhere else: it is encrypted from there.</param>
    /// <param name="now">Time of sending.</param>
    public bool Send(Span<byte> room, int headerLength, ReadOnlySpan<byte> payload, MediaTime now)
    {
        var protectedLength = _srtp is { } srtp
            ? srtp.ProtectRtpPayload(room, headerLength, payload, transport.Engine.Parts.Sink.TagsFor(transport.Selected))
            : payload.TryCopyTo(room[headerLength..]) ? headerLength + payload.Length : -1;
        if (protectedLength < 0)
        {
            _isNumbered = false;
            return false;
        }

        Commit(transport.Selected, protectedLength, now);
        _bandwidth?.Pacer.OnSent(protectedLength);
        if (_isNumbered)
        {
            _isNumbered = false;
            if (_isMapped)
            {
                Known().NoteStream(_transportSequence, RtpPacket.SsrcOf(room), RtpPacket.SequenceNumberOf(room));
            }

            Known().OnSent(_transportSequence, protectedLength, now);
        }

        return true;
    }

    public void SendRtcp(ReadOnlySpan<byte> compound, MediaTime now)
    {
        var room = transport.HasRtcpPath && IsOpen ? transport.Engine.Parts.Sink.Begin(transport.RtcpPath) : default;
        if (room.IsEmpty)
        {
            return;
        }

        var length = _srtp is { } srtp ? srtp.ProtectRtcp(compound, room) : compound.TryCopyTo(room) ? compound.Length : -1;
        if (length > 0)
        {
            Rtcp.Add(length, now);
            Commit(transport.RtcpPath, length, now);
        }
    }

    private void AllowRetransmission(MediaConsumer consumer)
    {
        if (consumer.MaxPlainRetransmissions > 0)
        {
            _srtp?.AllowRetransmission(consumer.Ssrc, consumer.MaxPlainRetransmissions);
        }
    }

    /// <summary>Asks the processor for what the next packet needs that lies so many references away.</summary>
    public void Prefetch(int hop)
    {
        if (hop == 0)
        {
            CacheHint.Object(_srtp);
            CacheHint.Object(_bandwidth, 2);
            CacheHint.Object(_rate);
        }
        else
        {
            _srtp?.Prefetch(hop - 1);
            _bandwidth?.Estimator.Prefetch(hop - 1);
        }
    }

    private EgressBandwidth Known() => _bandwidth ??= new EgressBandwidth(transport, transport.InitialBitrate);

    private void Commit(in TransportTuple path, int length, MediaTime now)
    {
        transport.Engine.Parts.Sink.Commit(path, length);
        transport.BytesSent += length;
        RtpBytes += length;
        _rate.Add(length, now);
    }
}
