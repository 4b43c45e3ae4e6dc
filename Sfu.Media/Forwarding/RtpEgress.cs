using System.Collections.Immutable;
using Sfu.Media.Buffers;
using Sfu.Media.Bwe;
using Sfu.Media.Control;
using Sfu.Media.Ice;
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

    // The number that the packet under way bears.
    private bool _isNumbered;

    /// <summary>Null while nothing is known about the path, and nobody can tell.</summary>
    public EgressBandwidth? Bandwidth => _bandwidth;

    public MediaTime NextTimeout => _bandwidth?.NextTimeout ?? MediaTime.Never;

    /// <summary>It is agreed what protects media, or that nothing does.</summary>
    public bool IsOpen => _srtp is not null || _sendsPlain;

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

    /// <summary>The next transport-wide sequence number (draft-holmer-rmcat-transport-wide-cc-extensions-01 §2).</summary>
    public ushort NextTransportSequence()
    {
        _isNumbered = true;
        return ++_transportSequence;
    }

    public void OnTime(MediaTime now) => _bandwidth?.OnTime(now);

    public void OnFeedback(in TransportCcFeedback feedback, MediaTime now) => _bandwidth?.OnFeedback(feedback, now);

    /// <summary>The client's own estimate counts where it gives no feedback that tells more.</summary>
    public void OnRemb(long bitrate, MediaTime now)
    {
        var asked = false;
        foreach (var consumer in _consumers)
        {
            if (consumer.WritesTransportSequence)
            {
                return;
            }

            asked |= consumer.TakesRemb;
        }

        if (asked)
        {
            Known().OnRemb(bitrate, now);
        }
    }

    /// <summary>A consumer begins: it gets what is free, and no more than the path is thought to carry.</summary>
    public void ShareWith(MediaConsumer consumer, MediaTime now)
    {
        if (_bandwidth is not null)
        {
            _bandwidth.Share(now);
        }
        else if (consumer.WritesTransportSequence || consumer.TakesRemb)
        {
            BandwidthShares.Apply(this, transport.InitialBitrate, isMeasured: false, mayClimb: true, now);
        }
    }

    public bool TryAdd(MediaConsumer consumer, out string reason)
    {
        if (consumer.Ssrc == 0)
        {
            reason = "rtpParameters.encodings: a consumer needs an SSRC.";
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
        _bySsrc.Remove(consumer.Ssrc);
        _srtp?.RemoveStream(consumer.Ssrc);
        if (consumer.RtxSsrc is { } rtx)
        {
            _bySsrc.Remove(rtx);
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
        if (_isNumbered)
        {
            _isNumbered = false;
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
