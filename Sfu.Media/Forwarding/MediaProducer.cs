using System.Collections.Immutable;
using Sfu.Media.Codecs;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// What one client publishes as one track: its encodings as they arrive and the consumers that they go to. Media thread only.
/// </summary>
internal sealed class MediaProducer
{
    private readonly ProducerSettings _settings;
    private readonly List<MediaConsumer> _consumers = [];
    private readonly List<ReceiveStream> _streams = [];
    private bool _closed;

    public MediaProducer(MediaTransport transport, ProducerHandle handle, ProducerSettings settings)
    {
        Transport = transport;
        Handle = handle;
        _settings = settings;
        Paused = settings.Paused;
        Codecs = new CodecTable(settings.RtpParameters);
        ExtensionIds = ExtensionIdsOf(settings.RtpParameters);
    }

    public MediaTransport Transport { get; }

    public ProducerHandle Handle { get; }

    public string Id => _settings.Id;

    public MediaKind Kind => _settings.Kind;

    public RtpParameters RtpParameters => _settings.RtpParameters;

    public int KeyFrameRequestDelayMs => _settings.KeyFrameRequestDelayMs;

    public CodecTable Codecs { get; }

    public HeaderExtensionIds ExtensionIds { get; }

    public bool Paused { get; private set; }

    public bool HasVideo => Kind == MediaKind.Video;

    /// <summary>Streams that have shown themselves or were announced with their SSRC.</summary>
    public List<ReceiveStream> Streams => _streams;

    public static HeaderExtensionIds ExtensionIdsOf(RtpParameters parameters) => new(
        parameters.HeaderExtensions
            .Where(static e => e.Id is >= 1 and <= 255 and not 15)
            .Select(static e => (HeaderExtensionUris.FromUri(e.Uri), e.Id)));

    /// <summary>The Router's payload type for one of the client's.</summary>
    public byte MapPayloadType(byte payloadType)
    {
        foreach (var mapping in _settings.RtpMapping.Codecs)
        {
            if (mapping.PayloadType == payloadType)
            {
                return (byte)mapping.MappedPayloadType;
            }
        }

        return payloadType;
    }

    public void Add(ReceiveStream stream) => _streams.Add(stream);

    public void Remove(ReceiveStream stream) => _streams.Remove(stream);

    public void Add(MediaConsumer consumer) => _consumers.Add(consumer);

    public void Remove(MediaConsumer consumer) => _consumers.Remove(consumer);

    public void Pause() => Paused = true;

    public void Resume(MediaTime now)
    {
        if (Paused)
        {
            Paused = false;
            foreach (var consumer in _consumers)
            {
                consumer.OnProducerResumed(now);
            }
        }
    }

    /// <summary>A packet of one encoding, decrypted and in the client's own numbering, not seen before.</summary>
    public void OnPacket(ReceiveStream stream, in RtpPacket packet, bool isKeyFrame, MediaTime now)
    {
        if (Paused || _consumers.Count == 0 || stream != ForwardedStream)
        {
            return;
        }

        var shared = new SharedPacket(Transport.Engine.Pool, packet.Packet);
        var payloadType = MapPayloadType(packet.PayloadType);
        foreach (var consumer in _consumers)
        {
            consumer.Forward(packet, payloadType, isKeyFrame, ref shared, now);
        }

        shared.Release();
    }

    /// <summary>The client's numbers began anew: what comes next does not continue what came before.</summary>
    public void Resynchronize()
    {
        foreach (var consumer in _consumers)
        {
            consumer.Resynchronize();
        }
    }

    /// <summary>Asks the client for a key frame, as often as the limiter lets.</summary>
    public void RequestKeyFrame(MediaTime now)
    {
        if (HasVideo && !Paused && ForwardedStream is { } stream)
        {
            if (stream.KeyFrames.Request(now))
            {
                Transport.Ingress.SendKeyFrameRequest(stream, now);
            }

            Transport.WakeBy(stream.KeyFrames.NextTimeout);
        }
    }

    public ImmutableArray<MediaStats> Stats(MediaTime now) =>
        [.. _streams.Select(stream => stream.Stats(now, Transport.UnixMs(now), Kind.ToString().ToLowerInvariant()))];

    public ProducerDump Dump() => new(Handle, Id, Kind.ToString().ToLowerInvariant(), Paused, [.. _streams.Select(static s => s.Ssrc)], _consumers.Count);

    /// <summary>Leaves the engine, with its consumers on whatever transport.</summary>
    public void Close()
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        while (_consumers.Count > 0)
        {
            var consumer = _consumers[^1];
            consumer.Close();
            consumer.Transport.Events.ConsumerClosed(consumer.Handle, null);
        }

        Transport.Ingress.Remove(this);
        Transport.Engine.Remove(this);
    }

    // One encoding is forwarded: the first that the client named. Which of several is right for whom is the layer selector's question.
    public ReceiveStream? ForwardedStream => _streams.Count == 0 ? null : _streams[0];
}
