using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sfu.Media.Buffers;
using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// What one client publishes as one track: its encodings as they arrive and the groups of consumers that they go to. Its transport's
/// thread only, but for what never changes.
/// </summary>
internal sealed class MediaProducer
{
    private readonly (byte PayloadType, byte Mapped)[] _mapping;
    private readonly List<ConsumerGroup> _groups = [];
    private readonly List<ArrivedPacket> _arrived = [];
    private readonly List<ReceiveStream> _streams;
    private readonly byte _orientationId;
    private readonly byte _audioLevelId;
    private readonly byte _descriptorId;
    private readonly byte _captureTimeId;
    private AudioLevelMeter? _levels;
    private VideoOrientation? _orientation;
    private volatile int[] _scores = [];
    private int _epoch;
    private volatile bool _closed;

    public MediaProducer(MediaTransport transport, ProducerHandle handle, ProducerSettings settings)
    {
        Transport = transport;
        Handle = handle;

        // The client's parameters themselves, twice as large as all of this, are not kept.
        Id = settings.Id;
        Kind = settings.Kind;
        Mid = settings.RtpParameters.Mid;
        Encodings = settings.RtpParameters.Encodings;
        KeyFrameRequestDelayMs = settings.KeyFrameRequestDelayMs;
        _mapping = [.. settings.RtpMapping.Codecs.Select(static codec => ((byte)codec.PayloadType, (byte)codec.MappedPayloadType))];
        _streams = new List<ReceiveStream>(Encodings.Length);
        Paused = settings.Paused;
        Codecs = new CodecTable(settings.RtpParameters);
        ExtensionIds = ExtensionIdsOf(settings.RtpParameters);
        Demand = settings.ReportsDemand ? new ProducerDemand(this) : null;
        Feedback = PathFeedback.Of(settings.RtpParameters);
        _orientationId = ExtensionIds.IdOf(HeaderExtensionKind.VideoOrientation);
        _audioLevelId = ExtensionIds.IdOf(HeaderExtensionKind.AudioLevel);
        _descriptorId = ExtensionIds.IdOf(HeaderExtensionKind.DependencyDescriptor);
        _captureTimeId = ExtensionIds.IdOf(HeaderExtensionKind.AbsCaptureTime);
    }

    public MediaTransport Transport { get; }

    public ProducerHandle Handle { get; }

    public string Id { get; }

    public MediaKind Kind { get; }

    public string? Mid { get; }

    /// <summary>As the client sends them.</summary>
    public ImmutableArray<RtpEncodingParameters> Encodings { get; }

    public int KeyFrameRequestDelayMs { get; }

    public CodecTable Codecs { get; }

    public HeaderExtensionIds ExtensionIds { get; }

    public bool Paused { get; private set; }

    /// <summary>Any thread.</summary>
    public bool IsClosed => _closed;

    /// <summary>What is wanted of it here, where it comes by a pipe that carries no more than that; null: it comes as a whole.</summary>
    public ProducerDemand? Demand { get; }

    public MediaTraceTypes Traced { get; private set; }

    /// <summary>Its encodings are spatial layers of their own.</summary>
    public bool IsSimulcast => Encodings.Length > 1;

    /// <summary>What its layers take. Made with the first video packet. Any thread.</summary>
    public LayerRates? Rates { get; private set; }

    /// <summary>The same, for who knows of layers that have not come yet.</summary>
    public LayerRates KnownRates => Rates ??= new LayerRates();

    /// <summary>What its client is told of the path from it.</summary>
    public PathFeedback Feedback { get; }

    /// <summary>How well each encoding arrives, 0 … 10; empty before anything is known. Not to be changed. Any thread.</summary>
    public int[] Scores => _scores;

    public bool HasVideo => Kind == MediaKind.Video;

    /// <summary>Streams that have shown themselves or were announced with their SSRC.</summary>
    public List<ReceiveStream> Streams => _streams;

    public static HeaderExtensionIds ExtensionIdsOf(RtpParameters parameters) => new(
        parameters.HeaderExtensions
            .Where(static e => e.Id is >= 1 and <= 255 and not 15)
            .Select(static e => (HeaderExtensionUris.FromUri(e.Uri), e.Id)));

    /// <summary>The encoding that carries a spatial layer.</summary>
    public int EncodingOf(int spatial) => IsSimulcast ? Math.Clamp(spatial, 0, Encodings.Length - 1) : 0;

    /// <summary>The Router's payload type for one of the client's.</summary>
    public byte MapPayloadType(byte payloadType)
    {
        foreach (var (own, mapped) in _mapping)
        {
            if (own == payloadType)
            {
                return mapped;
            }
        }

        return payloadType;
    }

    public void Add(ReceiveStream stream) => _streams.Add(stream);

    public void Remove(ReceiveStream stream) => _streams.Remove(stream);

    /// <summary>Consumers on this or another engine want the producer's packets.</summary>
    public void Attach(ConsumerGroup group)
    {
        if (_closed)
        {
            Transport.Engine.On(group.Home, _ => group.End());
            return;
        }

        _groups.Add(group);
        Demand?.Welcome(group);
        foreach (var stream in _streams)
        {
            if (stream.Reception.HasSenderReport)
            {
                SetClock(group, ClockOf(stream));
            }
        }
    }

    public void Detach(ConsumerGroup group)
    {
        _groups.Remove(group);
        Demand?.Remove(group, Transport.Engine.Now);
    }

    /// <summary>Nobody gets anything of it, and nobody hears how loud it is.</summary>
    public void Pause()
    {
        Paused = true;
        _levels?.Clear();
    }

    public void Resume(MediaTime now)
    {
        if (Paused)
        {
            Paused = false;
            _streams.ForEach(Resynchronize);
            foreach (var group in _groups)
            {
                Transport.Engine.On(group.Home, engine => group.OnProducerResumed(engine.Now));
            }
        }
    }

    /// <summary>The dependency descriptor of a packet; empty when there is none.</summary>
    public ReadOnlySpan<byte> DescriptorOf(in RtpPacket packet) =>
        _descriptorId != 0 && packet.TryFindExtension(_descriptorId, out var descriptor) ? descriptor.Data : default;

    /// <summary>A packet of one encoding, decrypted and in the client's own numbering, not seen before. It leaves by <see cref="FanOut"/>.</summary>
    public void OnPacket(ReceiveStream stream, in RtpPacket packet, in FrameLayers frame, MediaTime now)
    {
        Observe(packet, now);
        var layers = packet.Payload.IsEmpty ? default : Place(stream, packet.SequenceNumber, frame);
        if (HasVideo && layers.Targets != 0)
        {
            (Rates ??= new LayerRates()).Add(layers, packet.Packet.Length, now);
        }

        if (Paused || _groups.Count == 0)
        {
            return;
        }

        var index = Keep(packet, out var headerLength);
        if (index < 0)
        {
            return;
        }

        if (_arrived.Count == 0)
        {
            Transport.Engine.NoteArrived(this);
        }

        var hasRedundancy = TryFindPrimary(packet, out var primary);

        _arrived.Add(new ArrivedPacket(
            index,
            (ushort)headerLength,
            (byte)packet.PaddingLength,
            MapPayloadType(packet.PayloadType),
            stream.Encoding,
            hasRedundancy ? MapPayloadType(primary.PayloadType) : (byte)0,
            hasRedundancy ? (ushort)primary.Offset : (ushort)0,
            stream.Epoch,
            layers));
    }

    /// <summary>What a client gets of a packet with redundancy (RFC 2198) that knows no redundancy.</summary>
    /// <param name="packet">As the client sent it.</param>
    /// <param name="primary">The client's payload type of the primary block, and where it begins in the payload.</param>
    public bool TryFindPrimary(in RtpPacket packet, out (byte PayloadType, int Offset) primary)
    {
        primary = default;
        if (Kind != MediaKind.Audio || Codecs[packet.PayloadType] is not { Kind: CodecKind.Red } || !RedPayload.TryParse(packet.Payload, out var red))
        {
            return false;
        }

        primary = (red.PrimaryPayloadType, packet.Payload.Length - red.Primary.Length);
        return true;
    }

    /// <summary>Passes what has arrived to the groups on other engines.</summary>
    public void PassOn()
    {
        var engine = Transport.Engine;
        foreach (var group in _groups)
        {
            if (group.Home != engine.Index)
            {
                Pass(group, engine);
            }
        }
    }

    /// <summary>Sends what has arrived to the group on this engine. Nothing waits afterwards.</summary>
    public void FanOut(MediaTime now)
    {
        for (var i = 0; i < _groups.Count; i++)
        {
            if (_groups[i].Home == Transport.Engine.Index)
            {
                _groups[i].Forward(CollectionsMarshal.AsSpan(_arrived), now);
                break;
            }
        }

        ReleaseArrived();
    }

    /// <summary>The numbers of an encoding began anew: what comes next does not continue what came before.</summary>
    public void Resynchronize(ReceiveStream stream) => stream.Epoch = ++_epoch;

    /// <summary>A Sender Report of an encoding came in.</summary>
    public void OnSenderReport(ReceiveStream stream)
    {
        var clock = ClockOf(stream);
        foreach (var group in _groups)
        {
            SetClock(group, clock);
        }
    }

    /// <summary>Asks the client for a key frame of one encoding, as often as the limiter lets.</summary>
    public void RequestKeyFrame(int encoding, MediaTime now)
    {
        if (!HasVideo || Paused)
        {
            return;
        }

        foreach (var stream in _streams)
        {
            if (stream.Encoding == encoding)
            {
                if (stream.KeyFrames.Request(now))
                {
                    Transport.Ingress.SendKeyFrameRequest(stream, now);
                }

                Transport.WakeBy(stream.KeyFrames.NextTimeout);
            }
        }
    }

    /// <summary>What stopped is noticed though nothing comes any more.</summary>
    public void OnTime(MediaTime now)
    {
        Rates?.Refresh(now);
        var changed = false;
        foreach (var stream in _streams)
        {
            changed |= stream.UpdateScore(now);
        }

        if (changed)
        {
            ReportScores();
        }
    }

    public void Trace(MediaTraceTypes types) => Traced = types;

    public void MeasureAudioLevels(bool measure) => _levels = measure && _audioLevelId != 0 ? new AudioLevelMeter() : null;

    public ImmutableArray<MediaStats> Stats(MediaTime now) =>
        [.. _streams.Select(stream => stream.Stats(now))];

    /// <summary>Of one encoding; null: it has not come yet, or the producer is gone.</summary>
    public MediaStats? Stats(MediaTime now, int encoding) =>
        _closed ? null : _streams.FindLast(stream => stream.Encoding == encoding)?.Stats(now);

    public ProducerDump Dump() =>
        new(Handle, Id, Kind.ToString().ToLowerInvariant(), Paused, [.. _streams.Select(static s => s.Ssrc)], _groups.Sum(static group => group.Count))
        {
            Scores = [.. _streams.Select(static stream => stream.Score)],
        };

    /// <summary>Leaves its transport, and its consumers leave theirs wherever they live.</summary>
    public void Close()
    {
        if (!_closed)
        {
            Transport.Ingress.Remove(this);
            Abandon();
        }
    }

    /// <summary>Never came to be, or is gone: nobody consumes it.</summary>
    public void Abandon()
    {
        _closed = true;
        ReleaseArrived();
        foreach (var group in _groups)
        {
            Transport.Engine.End(group);
        }

        _groups.Clear();
        Transport.Engine.Forget(this);
    }

    /// <summary>
    /// Copies a packet for all who may send it, now and again. They send under reports by this node's clock, so by that the offset of its capture time is
    /// told, as soon as the client's own clock is known.
    /// </summary>
    /// <returns>Its place in the pool; −1: there is none.</returns>
    private int Keep(in RtpPacket packet, out int headerLength)
    {
        headerLength = packet.HeaderLength;
        return _captureTimeId != 0 && Transport.Ingress.Clock.IsKnown && packet.Packet.Length <= PacketPool.PacketBytes - CaptureTimeRewriter.MaxGrowth
            && packet.TryFindExtension(_captureTimeId, out var captured)
            ? KeepWithOffset(packet, captured, ref headerLength)
            : Transport.Engine.Pool.Rent(packet.Packet);
    }

    [SkipLocalsInit]
    private int KeepWithOffset(in RtpPacket packet, in HeaderExtension captured, ref int headerLength)
    {
        Span<byte> copy = stackalloc byte[PacketPool.PacketBytes];
        var growth = CaptureTimeRewriter.Write(packet, captured, Transport.Ingress.Clock.Ahead, copy);
        headerLength += growth;
        return Transport.Engine.Pool.Rent(copy[..(packet.Packet.Length + growth)]);
    }

    private SourceClock ClockOf(ReceiveStream stream)
    {
        var report = stream.Reception.LastSenderReport;
        return new SourceClock(stream.Encoding, Transport.Ingress.Clock.ToLocal(report.Ntp), report.RtpTimestamp);
    }

    private void ReportScores()
    {
        var scores = new int[Encodings.Length];
        foreach (var stream in _streams)
        {
            scores[stream.Encoding] = stream.Score;
        }

        _scores = scores;
        Transport.Events.ProducerScoresChanged(
            Handle, [.. _streams.Select(static stream => new EncodingScore(stream.Encoding, stream.Ssrc, stream.Rid, stream.Score))]);
    }

    /// <summary>What is told about the producer as a whole.</summary>
    private void Observe(in RtpPacket packet, MediaTime now)
    {
        // Senders put the orientation on the last packet of a frame (3GPP TS 26.114 §7.4.5).
        if (_orientationId != 0 && packet.Marker && packet.TryFindExtension(_orientationId, out var element) &&
            HeaderExtensionValues.TryReadVideoOrientation(element.Data, out var camera, out var flip, out var rotation) &&
            _orientation != new VideoOrientation(camera, flip, rotation))
        {
            var orientation = new VideoOrientation(camera, flip, rotation);
            _orientation = orientation;
            Transport.Events.ProducerVideoOrientationChanged(Handle, orientation);
        }

        if (_levels is { } levels && !Paused && packet.TryFindExtension(_audioLevelId, out element) &&
            HeaderExtensionValues.TryReadAudioLevel(element.Data, out _, out var level) &&
            levels.Add(level, now))
        {
            Transport.Events.AudioLevelsMeasured(Handle, levels.Take(now));
        }
    }

    /// <summary>An encoding of simulcast is a spatial layer, with the temporal layers that it has itself.</summary>
    private FrameLayers Place(ReceiveStream stream, ushort sequence, in FrameLayers frame)
    {
        if (!IsSimulcast)
        {
            return Demand is { } demand ? demand.Limit(frame, sequence) : frame;
        }

        const int OwnTargets = (1 << FrameLayers.MaxTemporalLayers) - 1;
        var shift = stream.Encoding * FrameLayers.MaxTemporalLayers;
        return frame with
        {
            SpatialLayer = stream.Encoding,
            Targets = (ushort)((frame.Targets & OwnTargets) << shift),
            Switches = (ushort)((frame.Switches & OwnTargets) << shift),
        };
    }

    private void SetClock(ConsumerGroup group, SourceClock clock)
    {
        if (group.Home == Transport.Engine.Index)
        {
            group.SetClock(clock);
        }
        else if (!Transport.Engine.Parts.Links.TryPass(group.Home, PassedPacket.OfClock(group, clock)))
        {
            Transport.Engine.Demultiplexer.PassesRefused++;
        }
    }

    private void Pass(ConsumerGroup group, MediaEngine engine)
    {
        foreach (ref readonly var arrived in CollectionsMarshal.AsSpan(_arrived))
        {
            engine.Pool.Hand(arrived.Index);
            if (!engine.Parts.Links.TryPass(group.Home, PassedPacket.OfProducer(group, arrived)))
            {
                engine.Pool.Unhand(arrived.Index);
                engine.Demultiplexer.PassesRefused++;
            }
        }
    }

    private void ReleaseArrived()
    {
        foreach (var arrived in _arrived)
        {
            Transport.Engine.Pool.Release(arrived.Index);
        }

        _arrived.Clear();
    }
}
