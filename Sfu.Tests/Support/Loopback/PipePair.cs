using System.Collections.Immutable;
using Sfu.Media.Control;
using Sfu.Media.Forwarding;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Srtp;

namespace Sfu.Tests.Support.Loopback;

/// <summary>
/// A pipe: two plain transports that face each other over the world's network, protected, and what crosses it. Does what the actors do: it passes
/// on what the far producer's consumers want.
/// </summary>
internal sealed class PipePair
{
    public const uint FirstSsrc = 700_000;
    public const uint FirstRtxSsrc = 800_000;

    private readonly LoopbackWorld _world;
    private readonly Dictionary<ProducerHandle, ImmutableArray<ConsumerHandle>> _crossing = [];
    private readonly HashSet<ConsumerHandle> _running = [];
    private readonly Queue<(ProducerHandle Producer, WantedLayers Wanted)> _held = new();
    private bool _holds;

    public PipePair(LoopbackWorld world, SrtpProfile srtp = SrtpProfile.AeadAes256Gcm)
    {
        _world = world;
        Near = world.NewTransport();
        Far = world.NewTransport();
        var settings = new PlainTransportSettings(new ListenInfo(TransportProtocol.Udp, "127.0.0.1", null, 0)) { Srtp = srtp, IsPipe = true };
        world.Command(directory => directory.OpenPlainTransport(Near, settings, NearEvents));
        world.Command(directory => directory.OpenPlainTransport(Far, settings, FarEvents));
        world.Command(Near, home => home.ConnectPlain(1, Remote(FarEvents)));
        world.Command(Far, home => home.ConnectPlain(1, Remote(NearEvents)));
        Assert.Contains("Connected", NearEvents.Log);
        Assert.Contains("Connected", FarEvents.Log);
        FarEvents.OnDemand = (producer, wanted) =>
        {
            _held.Enqueue((producer, wanted));
            world.Later(directory =>
            {
                if (!_holds)
                {
                    FollowHeld(directory);
                }
            });
        };
    }

    public TransportHandle Near { get; }

    public TransportHandle Far { get; }

    public RecordingTransportEvents NearEvents { get; } = new();

    public RecordingTransportEvents FarEvents { get; } = new();

    /// <summary>Has a producer cross.</summary>
    /// <param name="producer">On the near node.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="consumable">In the Router's numbers.</param>
    /// <returns>The producer that it is on the far node.</returns>
    public ProducerHandle Pipe(ProducerHandle producer, MediaKind kind, RtpParameters consumable)
    {
        var offset = 10 * (uint)_crossing.Count;
        var parameters = ConsumerNegotiation.GetPipeConsumerRtpParameters(consumable, enableRtx: true, _world.Random);
        parameters = parameters with
        {
            Encodings =
            [
                .. parameters.Encodings.Select((encoding, i) => encoding with
                {
                    Ssrc = FirstSsrc + offset + (uint)i,
                    Rtx = encoding.Rtx is null || kind == MediaKind.Audio ? null : new RtpRtxParameters(FirstRtxSsrc + offset + (uint)i),
                }),
            ],
        };
        var far = _world.NewProducer();
        var mapping = new RtpMapping { Codecs = [.. parameters.Codecs.Select(static codec => new RtpCodecMapping(codec.PayloadType, codec.PayloadType))] };
        _world.Command(directory => directory.AddProducer(
            Far, 5, far, new ProducerSettings("far", kind, parameters, mapping, consumable, Paused: false, KeyFrameRequestDelayMs: 0, ReportsDemand: true)));
        var consumers = ImmutableArray.CreateBuilder<ConsumerHandle>();
        for (var i = 0; i < parameters.Encodings.Length; i++)
        {
            var encoding = i;
            var consumer = _world.NewConsumer();
            var own = parameters with { Encodings = [parameters.Encodings[i]] };
            _world.Command(directory => directory.AddConsumer(
                Near, 6, consumer, producer, new ConsumerSettings("near", kind, own, Paused: true, ConsumerType.Pipe, Encoding: encoding)));
            consumers.Add(consumer);
        }

        _crossing.Add(far, consumers.ToImmutable());
        Assert.Empty(NearEvents.Failed);
        Assert.Empty(FarEvents.Failed);
        return far;
    }

    /// <summary>Numbers of the media packets that crossed so far, each once, by encoding of the first producer.</summary>
    public int Crossed(int encoding) => _world.OnPipe
        .Where(datagram => !RtcpPacket.IsRtcp(datagram) && RtpPacket.TryParseHeader(datagram, out var header) && header.Ssrc == FirstSsrc + (uint)encoding)
        .Select(static datagram => (datagram[2] << 8) | datagram[3])
        .Distinct()
        .Count();

    /// <summary>What the far end wants is on its way, for as long as this is set.</summary>
    public bool HoldsDemand
    {
        get => _holds;
        set
        {
            _holds = value;
            if (!value)
            {
                _world.Command(FollowHeld);
            }
        }
    }

    /// <summary>Bytes of media that crossed so far, repetitions too.</summary>
    public long Bytes() => _world.OnPipe.Where(static datagram => !RtcpPacket.IsRtcp(datagram)).Sum(static datagram => (long)datagram.Length);

    public void Close()
    {
        _world.Command(directory => directory.CloseTransport(Near));
        _world.Command(directory => directory.CloseTransport(Far));
    }

    private static PlainRemote Remote(RecordingTransportEvents other) => new(other.Plain!.Rtp.Address, other.Plain.Rtp.Port, null, other.Plain.Srtp);

    private void FollowHeld(MediaDirectory directory)
    {
        while (_held.TryDequeue(out var held))
        {
            Follow(directory, held.Producer, held.Wanted);
        }
    }

    private void Follow(MediaDirectory directory, ProducerHandle producer, WantedLayers wanted)
    {
        if (!_crossing.TryGetValue(producer, out var consumers))
        {
            // A test's own, which feeds the far end by itself.
            return;
        }

        for (var i = 0; i < consumers.Length; i++)
        {
            var consumer = consumers[i];
            directory.Consumer(consumer, limited => limited.Layers.SetPipedTargets(wanted.Targets, _world.Now));
            if ((wanted.Encodings & (1 << i)) != 0 && _running.Add(consumer))
            {
                directory.Consumer(consumer, resumed => resumed.Resume(_world.Now));
            }
            else if ((wanted.Encodings & (1 << i)) == 0 && _running.Remove(consumer))
            {
                directory.Consumer(consumer, static paused => paused.Pause());
            }
        }
    }
}
