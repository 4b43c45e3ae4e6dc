using Sfu.Media.Codecs;
using Sfu.Media.Rtp;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Finds the producer and encoding that a packet belongs to: by SSRC, and for an SSRC not met before by MID, then RID
/// (RFC 9143 §9.2, RFC 8852). Media thread only.
/// </summary>
internal sealed class ReceiveStreamTable
{
    private const int MaxIdentifierLength = 64;

    private readonly Dictionary<uint, Entry> _bySsrc = [];
    private readonly Dictionary<string, MediaProducer> _byMid = [];
    private readonly List<MediaProducer> _producers = [];
    private readonly List<ReceiveStream> _media = [];

    // The identifiers are the same for all producers of a bundled session (RFC 9143 §6).
    private byte _midId;
    private byte _ridId;
    private byte _repairedRidId;

    /// <summary>What an SSRC means.</summary>
    internal sealed class Entry(MediaProducer producer, string? rid, bool isRtx)
    {
        public MediaProducer Producer { get; } = producer;

        public bool IsRtx { get; } = isRtx;

        /// <summary>The encoding; for RTX the one that it repairs. Null while only its RTX has been seen.</summary>
        public ReceiveStream? Stream { get; set; }

        public string? Rid { get; } = rid;
    }

    public List<MediaProducer> Producers => _producers;

    /// <summary>All streams that carry media, of all producers. Not to be changed by others; a list, so that going through it allocates nothing.</summary>
    public List<ReceiveStream> Media => _media;

    public Entry? Find(in RtpPacket packet) => _bySsrc.GetValueOrDefault(packet.Ssrc);

    public ReceiveStream? FindMedia(uint ssrc) => _bySsrc.TryGetValue(ssrc, out var entry) && !entry.IsRtx ? entry.Stream : null;

    public bool TryAdd(MediaProducer producer, out string reason)
    {
        if (producer.Codecs.Media is not { } firstCodec)
        {
            reason = "rtpParameters.codecs has no media codec.";
            return false;
        }

        if (producer.Mid is { } mid && _byMid.ContainsKey(mid))
        {
            reason = $"rtpParameters.mid '{mid}' is taken by another producer of the transport.";
            return false;
        }

        if (producer.Encodings.Length > FrameLayers.MaxSpatialLayers)
        {
            reason = $"rtpParameters.encodings: {producer.Encodings.Length} encodings; at most {FrameLayers.MaxSpatialLayers} are forwarded.";
            return false;
        }

        var ssrcs = new HashSet<uint>();
        foreach (var encoding in producer.Encodings)
        {
            foreach (var ssrc in new[] { encoding.Ssrc, encoding.Rtx?.Ssrc })
            {
                if (ssrc is { } given && (!ssrcs.Add(given) || _bySsrc.ContainsKey(given)))
                {
                    reason = $"rtpParameters.encodings: SSRC {given} is taken.";
                    return false;
                }
            }

            if (encoding.Ssrc is null && string.IsNullOrEmpty(encoding.Rid) && string.IsNullOrEmpty(producer.Mid))
            {
                reason = "rtpParameters.encodings: an encoding without SSRC and RID needs a MID.";
                return false;
            }
        }

        reason = "";
        _producers.Add(producer);
        if (producer.Mid is not null)
        {
            _byMid.Add(producer.Mid, producer);
        }

        LearnIdentifiers(producer);
        for (var index = 0; index < producer.Encodings.Length; index++)
        {
            var encoding = producer.Encodings[index];
            if (encoding.Ssrc is { } ssrc)
            {
                var codec = encoding.CodecPayloadType is { } pt ? producer.Codecs[(byte)pt] ?? firstCodec : firstCodec;
                var stream = AddStream(producer, index, ssrc, codec);
                if (encoding.Rtx?.Ssrc is { } rtxSsrc)
                {
                    stream.RtxSsrc = rtxSsrc;
                    _bySsrc.Add(rtxSsrc, new Entry(producer, encoding.Rid, isRtx: true) { Stream = stream });
                }
            }
        }

        return true;
    }

    /// <summary>All producers leave together: none of them has to look for what is its own.</summary>
    public MediaProducer[] RemoveAll()
    {
        MediaProducer[] producers = [.. _producers];
        _bySsrc.Clear();
        _byMid.Clear();
        _media.Clear();
        _producers.Clear();
        return producers;
    }

    public void Remove(MediaProducer producer)
    {
        if (_producers.Count == 0)
        {
            return;
        }

        foreach (var (ssrc, entry) in _bySsrc)
        {
            if (entry.Producer == producer)
            {
                _bySsrc.Remove(ssrc);
            }
        }

        if (producer.Mid is { } mid)
        {
            _byMid.Remove(mid);
        }

        _media.RemoveAll(stream => stream.Producer == producer);
        _producers.Remove(producer);
        _midId = _ridId = _repairedRidId = 0;
        _producers.ForEach(LearnIdentifiers);
    }

    /// <summary>Learns an SSRC from the packet's identifiers. Null: it belongs to nobody.</summary>
    /// <param name="packet">Authentic, of an unknown SSRC.</param>
    /// <param name="replaced">A stream that this one takes the place of: the sender began anew on another SSRC.</param>
    public Entry? Discover(in RtpPacket packet, out ReceiveStream? replaced)
    {
        replaced = null;
        Span<char> text = stackalloc char[MaxIdentifierLength];
        var producer = Identifier(packet, _midId, text) is { IsEmpty: false } mid
            ? _byMid.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(mid, out var found) ? found : null
            : null;

        var rid = Identifier(packet, _ridId, text);
        var isRepair = false;
        if (rid.IsEmpty)
        {
            rid = Identifier(packet, _repairedRidId, text);
            isRepair = !rid.IsEmpty;
        }

        if (!rid.IsEmpty)
        {
            return DiscoverByRid(packet, producer, rid, isRepair, out replaced);
        }

        if (producer?.Codecs[packet.PayloadType] is not { } codec || producer.Encodings.Length != 1)
        {
            return null;
        }

        return codec.Kind == CodecKind.Rtx ? LearnRtx(producer, packet.Ssrc, null) : LearnMedia(producer, packet.Ssrc, null, codec, out replaced);
    }

    private Entry? DiscoverByRid(in RtpPacket packet, MediaProducer? producer, ReadOnlySpan<char> rid, bool isRepair, out ReceiveStream? replaced)
    {
        replaced = null;
        foreach (var candidate in _producers)
        {
            if (producer is not null && candidate != producer)
            {
                continue;
            }

            foreach (var encoding in candidate.Encodings)
            {
                if (encoding.Rid is { } known && rid.SequenceEqual(known) && candidate.Codecs[packet.PayloadType] is { } codec)
                {
                    return isRepair || codec.Kind == CodecKind.Rtx
                        ? LearnRtx(candidate, packet.Ssrc, known)
                        : LearnMedia(candidate, packet.Ssrc, known, codec, out replaced);
                }
            }
        }

        return null;
    }

    private Entry? LearnMedia(MediaProducer producer, uint ssrc, string? rid, CodecEntry codec, out ReceiveStream? replaced)
    {
        replaced = null;
        foreach (var encoding in producer.Encodings)
        {
            if (encoding.Rid == rid && encoding.Ssrc is not null)
            {
                // The SSRC was announced; another one is not that encoding.
                return null;
            }
        }

        replaced = Find(producer, rid);
        var rtxSsrc = replaced?.RtxSsrc;
        if (replaced is not null)
        {
            _bySsrc.Remove(replaced.Ssrc);
            _media.Remove(replaced);
            producer.Remove(replaced);
        }

        var stream = AddStream(producer, IndexOf(producer, rid), ssrc, codec);
        stream.RtxSsrc = rtxSsrc;
        foreach (var (other, entry) in _bySsrc)
        {
            if (entry.IsRtx && entry.Producer == producer && entry.Rid == rid)
            {
                entry.Stream = stream;
                stream.RtxSsrc = other;
            }
        }

        return _bySsrc[ssrc];
    }

    private Entry LearnRtx(MediaProducer producer, uint ssrc, string? rid)
    {
        var stream = Find(producer, rid);
        foreach (var (other, former) in _bySsrc)
        {
            if (former.IsRtx && former.Producer == producer && former.Rid == rid)
            {
                _bySsrc.Remove(other);
            }
        }

        var entry = new Entry(producer, rid, isRtx: true) { Stream = stream };
        _bySsrc[ssrc] = entry;
        if (stream is not null)
        {
            stream.RtxSsrc = ssrc;
        }

        return entry;
    }

    private static ReceiveStream? Find(MediaProducer producer, string? rid)
    {
        foreach (var stream in producer.Streams)
        {
            if (stream.Rid == rid)
            {
                return stream;
            }
        }

        return null;
    }

    private ReceiveStream AddStream(MediaProducer producer, int encoding, uint ssrc, CodecEntry codec)
    {
        var stream = new ReceiveStream(producer, encoding, ssrc, codec, producer.KeyFrameRequestDelayMs);
        producer.Add(stream);
        _media.Add(stream);
        _bySsrc.Add(ssrc, new Entry(producer, stream.Rid, isRtx: false) { Stream = stream });
        return stream;
    }

    private static int IndexOf(MediaProducer producer, string? rid)
    {
        for (var index = 0; index < producer.Encodings.Length; index++)
        {
            if (producer.Encodings[index].Rid == rid)
            {
                return index;
            }
        }

        return 0;
    }

    private void LearnIdentifiers(MediaProducer producer)
    {
        _midId = _midId != 0 ? _midId : producer.ExtensionIds.IdOf(HeaderExtensionKind.Mid);
        _ridId = _ridId != 0 ? _ridId : producer.ExtensionIds.IdOf(HeaderExtensionKind.RtpStreamId);
        _repairedRidId = _repairedRidId != 0 ? _repairedRidId : producer.ExtensionIds.IdOf(HeaderExtensionKind.RepairedRtpStreamId);
    }

    private static ReadOnlySpan<char> Identifier(in RtpPacket packet, byte id, Span<char> text)
    {
        if (id == 0 || !packet.TryFindExtension(id, out var extension) || extension.Data.Length > text.Length)
        {
            return default;
        }

        for (var i = 0; i < extension.Data.Length; i++)
        {
            text[i] = (char)extension.Data[i];
        }

        return text[..extension.Data.Length];
    }
}
