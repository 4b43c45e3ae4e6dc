using System.Buffers.Binary;
using Sfu.Actors.Observers;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Rtcp;
using Sfu.Media.Rtp;
using Sfu.Media.Wire;
using Sfu.Tests.Support;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Loopback;

/// <summary>Sound from a producer to its consumers: redundancy, silence and loudness, under virtual time.</summary>
public sealed class AudioSpecs : LoopbackCall
{
    private const byte ProducerRed = 63;
    private const byte RouterRed = 105;
    private const byte LevelId = 4;

    private ushort _sequence = 65_530;
    private uint _timestamp;

    [Fact]
    public void Redundancy_reaches_who_knows_it_and_is_stripped_for_who_does_not()
    {
        var other = World.NewConnectedPeer();
        var producer = Publisher.Produce(WithRed(TestMedia.Audio()));
        Subscriber.Consume(producer, TestMedia.AudioConsumer());
        other.Consume(producer, Knowing(TestMedia.AudioConsumer()));
        byte[] primary = [0x78, 1, 2, 3, 4, 5, 6, 7];
        for (var i = 0; i < 10; i++)
        {
            Send(ProducerRed, Red([9, 9, 9], primary));
        }

        Assert.Equal(10, Subscriber.Rtp.Count);
        Assert.Equal(10, other.Rtp.Count);
        Assert.All(Subscriber.Rtp, packet =>
        {
            Assert.True(RtpPacket.TryParse(packet, out var view));
            Assert.Equal(TestMedia.RouterOpus, view.PayloadType);
            Assert.True(view.Payload.SequenceEqual(primary));
        });
        Assert.All(other.Rtp, packet =>
        {
            Assert.True(RtpPacket.TryParse(packet, out var view));
            Assert.Equal(RouterRed, view.PayloadType);
            Assert.True(view.Payload.SequenceEqual(Red([9, 9, 9], primary)));
        });
    }

    [Fact]
    public void What_was_stripped_is_sent_again_as_it_was_sent()
    {
        var producer = Publisher.Produce(WithRed(TestMedia.Audio()));
        var settings = TestMedia.AudioConsumer();
        var opus = settings.RtpParameters.Codecs[0] with { RtcpFeedback = [new RtcpFeedback("nack", "")] };
        Subscriber.Consume(producer, settings with { RtpParameters = settings.RtpParameters with { Codecs = [opus] } });
        byte[] sent = [];
        World.Lose = (toNode, datagram) =>
        {
            sent = toNode || RtcpPacket.IsRtcp(datagram) ? sent : datagram;
            return false;
        };
        Send(ProducerRed, Red([7, 7], [0x78, 5, 5, 5]));
        var first = Assert.Single(Subscriber.Rtp);
        Assert.True(RtpPacket.TryParse(first, out var view));
        var writer = new RtcpWriter(new byte[RtcpWriter.MaxCompoundBytes]);
        Assert.True(writer.TryAddNack(1, view.Ssrc, [view.SequenceNumber], out _));
        var datagrams = new List<byte[]>();
        World.Lose = (toNode, datagram) =>
        {
            if (!toNode)
            {
                datagrams.Add(datagram);
            }

            return false;
        };
        Subscriber.SendRtcp(writer.Written);
        World.Run(TimeSpan.FromMilliseconds(50));

        // Equal to the last bit: only then may SRTP protect it under the same index.
        var again = Assert.Single(datagrams, static datagram => datagram[0] >= 0x80 && !RtcpPacket.IsRtcp(datagram));
        Assert.Equal(sent, again);
    }

    [Fact]
    public void Redundancy_goes_from_produce_to_those_who_know_it_and_to_those_who_do_not()
    {
        var other = World.NewConnectedPeer();
        var offer = Negotiate(RedRouter, OpusCodec, RedCodec(ProducerRed));
        var producer = Publisher.Produce(Settings(offer));
        var knowing = Subscriber.Consume(producer, Consumed(offer, RedRouter, 51));
        var plain = other.Consume(producer, Consumed(offer, RedRouter with { Codecs = [.. RedRouter.Codecs.Where(static codec => codec.MimeType == "audio/opus")] }, 52));
        byte[] primary = [0x78, 1, 2, 3];
        var whole = Red([9, 9], primary);
        Send(ProducerRed, whole);
        Send(TestMedia.ProducerOpus, primary);
        Assert.Empty(Publisher.Events.Failed.Concat(Subscriber.Events.Failed).Concat(other.Events.Failed));
        Assert.NotEqual(knowing, plain);
        Assert.Equal([("audio/red", Convert.ToHexString(whole)), ("audio/opus", Convert.ToHexString(primary))], Named(Subscriber));
        Assert.Equal([("audio/opus", Convert.ToHexString(primary)), ("audio/opus", Convert.ToHexString(primary))], Named(other));

        (string, string)[] Named(LoopbackPeer peer) =>
        [
            .. peer.Rtp.Select(packet =>
            {
                Assert.True(RtpPacket.TryParse(packet, out var view));
                var payloadType = view.PayloadType;
                return (offer.Consumable.Codecs.Single(codec => codec.PayloadType == payloadType).MimeType, Convert.ToHexString(view.Payload));
            }),
        ];
    }

    [Theory] // RFC 7845 §5.1.1: so many Opus streams in one packet, each but the last with its length. Nobody here looks into it.
    [InlineData(4, "0,1,2,3", 2, 2)]
    [InlineData(6, "0,4,1,2,3,5", 4, 2)]
    [InlineData(8, "0,6,1,2,3,4,5,7", 5, 3)]
    public void Sound_of_many_channels_passes_as_it_is(int channels, string mapping, int streams, int coupled)
    {
        var codec = new RtpCodecParameters
        {
            MimeType = "audio/multiopus",
            PayloadType = TestMedia.ProducerOpus,
            ClockRate = 48_000,
            Channels = channels,
            Parameters = ParameterDictionary.Of(("channel_mapping", mapping), ("num_streams", streams), ("coupled_streams", coupled)),
            RtcpFeedback = [new RtcpFeedback("nack")],
        };
        var router = Router(new RtpCodecCapability { Kind = MediaKind.Audio, MimeType = codec.MimeType, ClockRate = 48_000, Channels = channels, Parameters = codec.Parameters });
        var offer = Negotiate(router, codec);
        var producer = Publisher.Produce(Settings(offer));
        var settings = Consumed(offer, router, 51);
        var consumer = Subscriber.Consume(producer, settings);
        var told = Assert.Single(settings.RtpParameters.Codecs);
        Assert.Equal((channels, "audio/multiopus"), (told.Channels, told.MimeType));
        Assert.Equal(codec.Parameters.Select(static parameter => parameter.Key).Order(), told.Parameters.Select(static parameter => parameter.Key).Order());

        byte[][] payloads = [.. Enumerable.Range(0, 10).Select(i => Enumerable.Range(0, 30 * streams).Select(j => (byte)(i + j)).ToArray())];
        Array.ForEach(payloads, payload => Send(TestMedia.ProducerOpus, payload));
        Assert.Equal(10, Subscriber.Rtp.Count);
        for (var i = 0; i < payloads.Length; i++)
        {
            Assert.True(RtpPacket.TryParse(Subscriber.Rtp[i], out var packet));
            Assert.Equal((51u, (byte)told.PayloadType), (packet.Ssrc, packet.PayloadType));
            Assert.True(packet.Payload.SequenceEqual(payloads[i]));
        }

        // It is asked for again like opus.
        var writer = new RtcpWriter(new byte[RtcpWriter.MaxCompoundBytes]);
        Assert.True(writer.TryAddNack(1, 51, [Number(Subscriber.Rtp[4])], out _));
        Subscriber.SendRtcp(writer.Written);
        World.Run(TimeSpan.FromMilliseconds(50));
        World.Command(directory => directory.GetConsumerStats(Subscriber.Transport, 9, consumer));
        Assert.Equal(
            [("outbound-rtp", "audio/multiopus", 1L), ("inbound-rtp", "audio/multiopus", 0L)],
            Subscriber.Events.Stats.Cast<RtpStreamStats>().Select(static stats => (stats.Type, stats.MimeType, stats.PacketsRetransmitted)));
    }

    [Fact]
    public void Malformed_redundancy_is_left_out()
    {
        var producer = Publisher.Produce(WithRed(TestMedia.Audio()));
        Subscriber.Consume(producer, TestMedia.AudioConsumer());
        Send(ProducerRed, [0x80 | 111]);
        Send(ProducerRed, [0x80 | 111, 0, 3, 255, 111, 1]);
        Send(ProducerRed, [111]);
        Assert.InRange(Subscriber.Rtp.Count, 0, 1);
        Send(ProducerRed, Red([1], [0x78, 2, 3, 4]));
        Assert.NotEmpty(Subscriber.Rtp);
    }

    [Fact]
    public void Silence_is_left_out_without_a_gap_for_who_wants_that()
    {
        var other = World.NewConnectedPeer();
        var producer = Publisher.Produce(TestMedia.Audio());
        Subscriber.Consume(producer, TestMedia.AudioConsumer() with { IgnoreDtx = true });
        other.Consume(producer, TestMedia.AudioConsumer());
        for (var i = 0; i < 20; i++)
        {
            Send(TestMedia.ProducerOpus, i % 4 == 3 ? [0x78, 0] : [0x78, 1, 2, 3, 4, 5, 6, 7]);
        }

        Assert.Equal(15, Subscriber.Rtp.Count);
        Assert.Equal(20, other.Rtp.Count);
        var numbers = Subscriber.Rtp.Select(Number).ToArray();
        Assert.All(numbers.Zip(numbers.Skip(1)), static pair => Assert.Equal(1, Serial.Distance(pair.Second, pair.First)));
    }

    [Fact]
    public void Silence_is_left_out_with_its_redundancy_for_who_wants_that()
    {
        var producer = Publisher.Produce(WithRed(TestMedia.Audio()));
        Subscriber.Consume(producer, Knowing(TestMedia.AudioConsumer()) with { IgnoreDtx = true });
        Send(ProducerRed, Red([0x78, 1, 2, 3], [0x78, 1, 2, 3]));
        Send(ProducerRed, Red([0x78, 1, 2, 3], [0x78]));
        Send(TestMedia.ProducerOpus, [0x78]);
        Send(ProducerRed, Red([0x78], [0x78, 1, 2, 3]));
        Assert.Equal(2, Subscriber.Rtp.Count);
        Assert.Equal(1, Serial.Distance(Number(Subscriber.Rtp[1]), Number(Subscriber.Rtp[0])));
    }

    [Theory]
    [InlineData("audio/PCMU")]
    [InlineData("audio/multiopus")] // Its packets are several of Opus's, and have another form.
    [InlineData("audio/CN")]
    public void Nothing_is_left_out_of_other_sound(string mimeType)
    {
        var (audio, consumer) = (TestMedia.Audio(), TestMedia.AudioConsumer() with { IgnoreDtx = true });
        var producer = Publisher.Produce(audio with
        {
            RtpParameters = audio.RtpParameters with { Codecs = [audio.RtpParameters.Codecs[0] with { MimeType = mimeType }] },
        });
        Subscriber.Consume(producer, consumer with
        {
            RtpParameters = consumer.RtpParameters with { Codecs = [consumer.RtpParameters.Codecs[0] with { MimeType = mimeType }] },
        });
        Send(TestMedia.ProducerOpus, [0x78, 1, 2, 3]);
        Send(TestMedia.ProducerOpus, [0x40]);
        Send(TestMedia.ProducerOpus, [0x40, 1]);
        Assert.Equal(3, Subscriber.Rtp.Count);
    }

    [Fact]
    public void Nothing_is_left_out_of_pictures()
    {
        Subscriber.Consume(Publisher.Produce(TestMedia.Video()), TestMedia.VideoConsumer() with { IgnoreDtx = true });
        Publisher.SendRtp(TestMedia.Vp8Packet(1, 1, key: true));
        Publisher.SendRtp(TestMedia.Vp8Packet(2, 3001, key: false).AsSpan(0, 14));
        World.Run(TimeSpan.FromMilliseconds(50));
        Assert.Equal(2, Subscriber.Rtp.Count(static packet => RtpPacket.TryParse(packet, out var view) && view.Ssrc == TestMedia.ConsumerSsrc));
    }

    [Theory]
    [InlineData("audio/opus")]
    [InlineData("audio/multiopus")]
    public void Sound_that_is_lost_is_asked_for_and_taken_once(string mimeType)
    {
        const ushort Lost = 65_534;
        var (audio, consumer) = (TestMedia.Audio(), TestMedia.AudioConsumer());
        var producer = Publisher.Produce(audio with
        {
            RtpParameters = audio.RtpParameters with
            {
                Codecs = [audio.RtpParameters.Codecs[0] with { MimeType = mimeType, RtcpFeedback = [new RtcpFeedback("nack", "")] }],
            },
        });
        Subscriber.Consume(producer, consumer with
        {
            RtpParameters = consumer.RtpParameters with { Codecs = [consumer.RtpParameters.Codecs[0] with { MimeType = mimeType }] },
        });
        byte[]? lost = null;
        var asked = new List<ushort>();
        World.Lose = (toNode, datagram) =>
        {
            if (!toNode || lost is not null || datagram[0] < 0x80 || RtcpPacket.IsRtcp(datagram) || BinaryPrimitives.ReadUInt16BigEndian(datagram.AsSpan(2)) != Lost)
            {
                return false;
            }

            lost = datagram;
            return true;
        };
        Publisher.OnRtcp += compound =>
        {
            var reader = new RtcpReader(compound);
            while (reader.TryNext(out var packet))
            {
                if (GenericNack.TryParse(packet, out var nack))
                {
                    while (nack.TryNext(out var sequence))
                    {
                        asked.Add(sequence);
                        Publisher.SendRaw(lost); // As it was: SRTP allows no other.
                    }
                }
            }
        };
        for (var i = 0; i < 20; i++)
        {
            Send(TestMedia.ProducerOpus, [0x78, (byte)i, 2, 3]);
        }

        Publisher.SendRaw(lost);
        World.Run(TimeSpan.FromMilliseconds(50));
        Assert.Equal([Lost], asked);
        Assert.Equal(20, Subscriber.Rtp.Count);
        Assert.Equal(20, Subscriber.Rtp.Select(Number).Distinct().Count());
        World.Command(directory => directory.GetProducerStats(Publisher.Transport, 9, producer));
        var stats = Publisher.Events.Stats.OfType<RtpStreamStats>().Single();
        Assert.Equal((20L, 0, 0L), (stats.PacketCount, (int)stats.PacketsLost, stats.PacketsDiscarded));
        Assert.Equal((1L, 1L, 1L), (stats.NackCount, stats.NackPacketCount, stats.PacketsRepaired));
    }

    [Fact]
    public void A_paused_producer_says_nothing()
    {
        var other = World.NewConnectedPeer();
        var (loud, soft) = (Publisher.Produce(WithLevels(TestMedia.Audio())), other.Produce(WithLevels(TestMedia.Audio())));
        var (loudId, softId) = (new ProducerId("loud"), new ProducerId("soft"));
        var began = Elapsed();
        var volumes = AudioLevelObserver.TryCreate(new RouterId("room"), new ObserverId("volumes"), new AudioLevelObserverOptions(IntervalMs: 500), began)!;
        var floor = ActiveSpeakerObserver.TryCreate(new RouterId("room"), new ObserverId("floor"), null, began)!;
        IRtpObserver[] observers = [volumes, floor];
        foreach (var (id, producer) in new[] { (loudId, loud), (softId, soft) })
        {
            Array.ForEach(observers, observer => observer.Add(id, null, began));
            World.Command(directory => directory.Producer(producer, static p => p.MeasureAudioLevels(true)));
        }

        var told = Talk(seconds: 3, softLevel: 127);
        Assert.Equal(loudId, told.OfType<ObserverEvents.VolumesMeasured>().Last().Volumes.Single().ProducerId);
        Assert.Equal(loudId, told.OfType<ObserverEvents.DominantSpeakerChanged>().Last().ProducerId);

        // Its client goes on sending.
        World.Command(directory => directory.Producer(loud, static p => p.Pause()));
        told = Talk(seconds: 3, softLevel: 127);
        Assert.Single(told.OfType<ObserverEvents.SilenceFell>());
        Assert.IsType<ObserverEvents.SilenceFell>(told.Last(static news => news is not ObserverEvents.DominantSpeakerChanged));
        Assert.Empty(told.OfType<ObserverEvents.DominantSpeakerChanged>());
        told = Talk(seconds: 3, softLevel: 40);
        Assert.All(told.OfType<ObserverEvents.VolumesMeasured>(), measured => Assert.Equal(softId, measured.Volumes.Single().ProducerId));
        Assert.Equal(softId, told.OfType<ObserverEvents.DominantSpeakerChanged>().Single().ProducerId);

        World.Command(directory => directory.Producer(loud, p => p.Resume(World.Now)));
        told = Talk(seconds: 3, softLevel: 127);
        Assert.Equal(loudId, told.OfType<ObserverEvents.VolumesMeasured>().Last().Volumes.Single().ProducerId);
        Assert.Equal(loudId, told.OfType<ObserverEvents.DominantSpeakerChanged>().Single().ProducerId);

        TimeSpan Elapsed() => TimeSpan.FromMicroseconds(World.Now.Us);

        // What the observers tell while the one speaks up all the time, and the other as loud as is said.
        List<ISessionEvent> Talk(int seconds, byte softLevel)
        {
            var news = new List<ISessionEvent>();
            for (var i = 0; i < seconds * 50; i++)
            {
                SendFrom(other, softLevel);
                Send(TestMedia.ProducerOpus, [0x78, 1, 2, 3], level: 20);
                foreach (var (id, peer) in new[] { (loudId, Publisher), (softId, other) })
                {
                    if (peer.Events.AudioLevels.Count > 0)
                    {
                        Array.ForEach(observers, observer => observer.Hear(id, [.. peer.Events.AudioLevels], Elapsed()));
                        peer.Events.AudioLevels.Clear();
                    }
                }

                news.AddRange(observers.Select(observer => observer.Decide(Elapsed())).OfType<ISessionEvent>());
            }

            return news;
        }
    }

    [Fact]
    public void Loudness_is_told_ten_times_a_second_while_somebody_listens()
    {
        var producer = Publisher.Produce(WithLevels(TestMedia.Audio()));
        Send(TestMedia.ProducerOpus, [0x78, 1, 2, 3], level: 50);
        Assert.Empty(Publisher.Events.AudioLevels);
        World.Command(directory => directory.Producer(producer, static p => p.MeasureAudioLevels(true)));
        for (byte i = 0; i < 50; i++)
        {
            Send(TestMedia.ProducerOpus, [0x78, 1, 2, 3], level: i);
        }

        Assert.InRange(Publisher.Events.AudioLevels.Count, 44, 50);
        Assert.Equal(Enumerable.Range(0, Publisher.Events.AudioLevels.Count).Select(static i => (byte)i), Publisher.Events.AudioLevels);
        World.Command(directory => directory.Producer(producer, static p => p.MeasureAudioLevels(false)));
        Publisher.Events.AudioLevels.Clear();
        Send(TestMedia.ProducerOpus, [0x78, 1, 2, 3], level: 9);
        Assert.Empty(Publisher.Events.AudioLevels);
    }

    private static RtpCodecParameters OpusCodec => TestMedia.Audio().RtpParameters.Codecs[0];

    private static RtpCapabilities RedRouter { get; } = Router(
        DefaultMediaCodecs.Value[0], new RtpCodecCapability { Kind = MediaKind.Audio, MimeType = "audio/red", ClockRate = 48_000, Channels = 2 });

    private static RtpCapabilities Router(params RtpCodecCapability[] codecs)
    {
        Assert.True(RouterNegotiation.TryGenerateRouterRtpCapabilities([.. codecs], out var router, out _));
        return router!;
    }

    private static ProducerOffer Negotiate(RtpCapabilities router, params RtpCodecParameters[] codecs)
    {
        var parameters = TestMedia.Audio().RtpParameters with { Codecs = [.. codecs] };
        Assert.True(ProducerNegotiation.TryNegotiate(MediaKind.Audio, parameters, router, new SeededRandom(1), out var offer, out var error), error?.Reason);
        return offer!;
    }

    private static ProducerSettings Settings(ProducerOffer offer) =>
        new("audio", offer.Kind, offer.Parameters, offer.Mapping, offer.Consumable, Paused: false, KeyFrameRequestDelayMs: 0);

    private static ConsumerSettings Consumed(ProducerOffer offer, RtpCapabilities peer, uint ssrc)
    {
        Assert.True(ConsumerNegotiation.TryGetConsumerRtpParameters(offer.Consumable, peer, enableRtx: true, new SeededRandom(2), out var parameters, out var error), error?.Reason);
        return new ConsumerSettings("consumer", offer.Kind, parameters! with { Encodings = [new RtpEncodingParameters { Ssrc = ssrc }] }, Paused: false);
    }

    private static ushort Number(byte[] packet)
    {
        Assert.True(RtpPacket.TryParse(packet, out var view));
        return view.SequenceNumber;
    }

    private static ProducerSettings WithLevels(ProducerSettings audio) => audio with
    {
        RtpParameters = audio.RtpParameters with
        {
            HeaderExtensions = [new RtpHeaderExtensionParameters { Uri = RtpHeaderExtensionUri.AudioLevel, Id = LevelId }],
        },
    };

    private static ProducerSettings WithRed(ProducerSettings audio) => audio with
    {
        RtpParameters = audio.RtpParameters with { Codecs = audio.RtpParameters.Codecs.Add(RedCodec(ProducerRed)) },
        RtpMapping = new RtpMapping { Codecs = audio.RtpMapping.Codecs.Add(new RtpCodecMapping(ProducerRed, RouterRed)) },
    };

    private static ConsumerSettings Knowing(ConsumerSettings audio) =>
        audio with { RtpParameters = audio.RtpParameters with { Codecs = audio.RtpParameters.Codecs.Add(RedCodec(RouterRed)) } };

    private static RtpCodecParameters RedCodec(byte payloadType) =>
        new() { MimeType = "audio/red", PayloadType = payloadType, ClockRate = 48_000, Channels = 2 };

    /// <summary>RFC 2198 §3: one redundant block, 960 units old, and the primary one.</summary>
    private static byte[] Red(byte[] redundant, byte[] primary) =>
    [
        0x80 | TestMedia.ProducerOpus,
        960 >> 6,
        (byte)(((960 & 0x3F) << 2) | (redundant.Length >> 8)),
        (byte)redundant.Length,
        TestMedia.ProducerOpus,
        .. redundant,
        .. primary,
    ];

    private void Send(byte payloadType, byte[] payload, byte? level = null)
    {
        SendFrom(Publisher, level, payloadType, payload);
        _sequence++;
        _timestamp += 960;
        World.Run(TimeSpan.FromMilliseconds(20));
    }

    /// <summary>No time passes.</summary>
    private void SendFrom(LoopbackPeer peer, byte? level, byte payloadType = TestMedia.ProducerOpus, byte[]? payload = null)
    {
        payload ??= [0x78, 1, 2, 3];
        var packet = new byte[200];
        packet[0] = 0x80;
        packet[1] = payloadType;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), _sequence);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(4), _timestamp);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(8), TestMedia.AudioSsrc);
        var header = 12;
        if (level is { } loudness)
        {
            packet[0] |= 0x10;
            header += HeaderExtensionWriter.Write([ExtensionItem.FromValue(LevelId, [loudness])], default, packet.AsSpan(12));
        }

        payload.CopyTo(packet, header);
        peer.SendRtp(packet.AsSpan(0, header + payload.Length));
    }
}
