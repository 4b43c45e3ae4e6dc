using System.Collections.Immutable;
using Sfu.Media.Ortc;
using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Ortc;

public sealed class NegotiationSpecs
{
    private static readonly RtpCodecParameters _vp8 = new() { MimeType = "video/VP8", PayloadType = 96, ClockRate = 90_000 };
    private static readonly RtpCodecParameters _vp9 = new() { MimeType = "video/VP9", PayloadType = 98, ClockRate = 90_000 };
    private static readonly RtpCodecParameters _opus = new() { MimeType = "audio/opus", PayloadType = 111, ClockRate = 48_000, Channels = 2 };
    private static readonly RtpCapabilities _router = Router();

    [Fact]
    public void The_default_router_offers_VP8_before_the_other_video_codecs()
    {
        var names = _router.Codecs.Select(codec => $"{codec.MimeType} {codec.PreferredPayloadType}");
        Assert.Equal(
            [
                "audio/opus 100", "audio/PCMU 0", "audio/PCMA 8", "video/VP8 101", "video/rtx 102", "video/VP9 103", "video/rtx 104",
                "video/H264 105", "video/rtx 106", "video/H264 107", "video/rtx 108", "video/AV1 109", "video/rtx 110",
            ],
            names);
    }

    [Fact]
    public void Two_routers_of_the_same_codecs_have_the_same_capabilities() =>
        Assert.Equal(OracleFixtures.Json(_router).ToJsonString(), OracleFixtures.Json(Router()).ToJsonString());

    [Fact]
    public void A_codec_that_is_not_supported_is_refused_by_its_place()
    {
        var wanted = ImmutableArray.Create(
            DefaultMediaCodecs.Value[0],
            new RtpCodecCapability { MimeType = "video/H265", ClockRate = 90_000 });
        Assert.False(RouterNegotiation.TryGenerateRouterRtpCapabilities(wanted, out _, out var error));
        Assert.Equal(OrtcError.Unsupported("mediaCodecs[1] is a codec that is not supported"), error);
    }

    [Fact]
    public void A_negotiated_Producer_has_all_that_the_media_plane_needs()
    {
        var offer = Negotiated(MediaKind.Video, new RtpParameters
        {
            Mid = "0",
            Codecs = [_vp8, new RtpCodecParameters { MimeType = "video/rtx", PayloadType = 97, ClockRate = 90_000, Parameters = ParameterDictionary.Of(("apt", 96)) }],
            Encodings = [new RtpEncodingParameters { Rid = "r0" }, new RtpEncodingParameters { Rid = "r1" }],
        });

        Assert.Equal((MediaKind.Video, ProducerType.Simulcast), (offer.Kind, offer.Type));
        Assert.Equal([new RtpCodecMapping(96, 101), new RtpCodecMapping(97, 102)], offer.Mapping.Codecs.AsEnumerable());
        Assert.Equal(["r0", "r1"], offer.Mapping.Encodings.Select(encoding => encoding.Rid));
        Assert.Equal(offer.Mapping.Encodings[0].MappedSsrc + 1, offer.Mapping.Encodings[1].MappedSsrc);
        Assert.Equal(offer.Mapping.Encodings.Select(e => (uint?)e.MappedSsrc), offer.Consumable.Encodings.Select(e => e.Ssrc));
        Assert.Equal([101, 102], offer.Consumable.Codecs.Select(codec => codec.PayloadType));
        Assert.Null(offer.Consumable.Mid);
    }

    [Fact]
    public void A_Producer_without_encodings_gets_one()
    {
        var offer = Negotiated(MediaKind.Audio, new RtpParameters { Mid = "1", Codecs = [_opus] });
        Assert.Null(Assert.Single(offer.Parameters.Encodings).Ssrc);
        Assert.Single(offer.Mapping.Encodings);
        Assert.NotNull(Assert.Single(offer.Consumable.Encodings).Ssrc);
    }

    [Fact]
    public void Redundant_audio_is_offered_to_who_knows_it_beside_the_codec_itself()
    {
        var red = new RtpCodecCapability { Kind = MediaKind.Audio, MimeType = "audio/red", ClockRate = 48_000, Channels = 2 };
        Assert.True(RouterNegotiation.TryGenerateRouterRtpCapabilities([DefaultMediaCodecs.Value[0], red], out var router, out _));
        var parameters = new RtpParameters
        {
            Mid = "1",
            Codecs = [_opus, new RtpCodecParameters { MimeType = "audio/red", PayloadType = 63, ClockRate = 48_000, Channels = 2 }],
            Encodings = [new RtpEncodingParameters { Ssrc = 5 }],
        };
        Assert.True(ProducerNegotiation.TryNegotiate(MediaKind.Audio, parameters, router!, new SeededRandom(1), out var offer, out _));
        Assert.Equal(["audio/opus", "audio/red"], Consumed(router!));
        Assert.Equal(["audio/opus"], Consumed(router! with { Codecs = [.. router!.Codecs.Where(static codec => codec.MimeType == "audio/opus")] }));

        string[] Consumed(RtpCapabilities peer)
        {
            Assert.True(ConsumerNegotiation.TryGetConsumerRtpParameters(offer!.Consumable, peer, enableRtx: true, new SeededRandom(2), out var consumed, out _));
            return [.. consumed!.Codecs.Select(static codec => codec.MimeType)];
        }
    }

    [Fact] // As mediasoup-client sends, which gives one codec per Producer, where that one is chosen: what it is the redundancy of, nobody says.
    public void A_Producer_of_redundancy_alone_is_refused()
    {
        var red = new RtpCodecCapability { Kind = MediaKind.Audio, MimeType = "audio/red", ClockRate = 48_000, Channels = 2 };
        Assert.True(RouterNegotiation.TryGenerateRouterRtpCapabilities([DefaultMediaCodecs.Value[0], red], out var router, out _));
        var parameters = new RtpParameters { Mid = "1", Codecs = [new RtpCodecParameters { MimeType = "audio/red", PayloadType = 63, ClockRate = 48_000, Channels = 2 }] };
        Assert.False(ProducerNegotiation.TryNegotiate(MediaKind.Audio, parameters, router!, new SeededRandom(1), out _, out var error));
        Assert.Equal("rtpParameters.codecs must hold a media codec", error.Reason);
    }

    [Fact]
    public void A_Producer_of_another_kind_than_its_codecs_is_refused()
    {
        Assert.False(ProducerNegotiation.TryNegotiate(
            MediaKind.Audio, new RtpParameters { Codecs = [_vp8] }, _router, new SeededRandom(1), out var offer, out var error));
        Assert.Null(offer);
        Assert.Equal(OrtcError.Invalid("rtpParameters.codecs[0].mimeType must be of the Producer's kind"), error);
    }

    [Fact]
    public void A_Producer_is_validated_also_when_it_comes_as_records()
    {
        var wrong = new RtpParameters { Codecs = [_vp8 with { PayloadType = 500 }, null!] };
        Assert.False(ProducerNegotiation.TryNegotiate(MediaKind.Video, wrong, _router, new SeededRandom(1), out _, out var error));
        Assert.Equal("rtpParameters.codecs[0].payloadType must be a number in 0..127", error.Reason);
        wrong = new RtpParameters { Codecs = [null!] };
        Assert.False(ProducerNegotiation.TryNegotiate(MediaKind.Video, wrong, _router, new SeededRandom(1), out _, out error));
        Assert.Equal("rtpParameters.codecs[0] must be an object", error.Reason);
    }

    [Fact]
    public void AV1_profiles_must_agree()
    {
        var av1 = new RtpCodecParameters { MimeType = "video/AV1", PayloadType = 45, ClockRate = 90_000 };
        Assert.Equal(109, Negotiated(MediaKind.Video, new RtpParameters { Codecs = [av1] }).Mapping.Codecs[0].MappedPayloadType);
        av1 = av1 with { Parameters = ParameterDictionary.Of(("profile", 1)) };
        Assert.False(ProducerNegotiation.TryNegotiate(
            MediaKind.Video, new RtpParameters { Codecs = [av1] }, _router, new SeededRandom(1), out _, out var error));
        Assert.Equal(OrtcErrorCode.Unsupported, error.Code);
    }

    [Theory]
    [InlineData("video/VP8", 1, null, ProducerType.Simple)]
    [InlineData("video/VP8", 1, "L1T1", ProducerType.Simple)]
    [InlineData("video/VP8", 1, "L1T3", ProducerType.Svc)]
    [InlineData("video/VP9", 1, "L3T3_KEY", ProducerType.Svc)]
    [InlineData("video/AV1", 1, "S3T3", ProducerType.Svc)]
    [InlineData("video/H264", 1, "L1T2", ProducerType.Svc)]
    [InlineData("video/VP8", 3, "L1T3", ProducerType.Simulcast)]
    [InlineData("video/H264", 2, null, ProducerType.Simulcast)]
    [InlineData("audio/opus", 1, null, ProducerType.Simple)]
    [InlineData("video/VP9", 2, null, ProducerType.Simulcast)]
    [InlineData("video/AV1", 3, "L1T3", ProducerType.Simulcast)]
    [InlineData("video/VP9", 2, "L2T3", null)]
    [InlineData("audio/opus", 2, null, null)]
    [InlineData("audio/opus", 1, "L1T2", null)]
    [InlineData("video/VP8", 0, null, null)]
    public void The_type_of_a_Producer_follows_its_encodings(string mimeType, int encodings, string? mode, ProducerType? expected)
    {
        var parameters = new RtpParameters
        {
            Codecs = [new RtpCodecParameters { MimeType = mimeType, PayloadType = 96, ClockRate = 90_000 }],
            Encodings = [.. Enumerable.Range(1, encodings).Select(i => new RtpEncodingParameters { Ssrc = (uint)i, ScalabilityMode = mode })],
        };
        var known = ProducerNegotiation.TryGetProducerType(parameters, out var type, out var error);
        Assert.Equal((expected, expected is null), (known ? type : null, error is not null));
    }

    [Fact]
    public void The_codec_of_the_first_encoding_decides_the_type()
    {
        var parameters = new RtpParameters
        {
            Codecs = [_vp9, _vp8],
            Encodings = [new RtpEncodingParameters { Ssrc = 1, CodecPayloadType = 96 }, new RtpEncodingParameters { Ssrc = 2, CodecPayloadType = 96 }],
        };
        Assert.True(ProducerNegotiation.TryGetProducerType(parameters, out var type, out _));
        Assert.Equal(ProducerType.Simulcast, type);
    }

    [Fact]
    public void Every_codec_of_the_default_router_goes_from_Producer_to_Consumer()
    {
        foreach (var codec in _router.Codecs.Where(codec => !codec.MimeType.EndsWith("/rtx", StringComparison.Ordinal)))
        {
            var sent = new RtpCodecParameters
            {
                MimeType = codec.MimeType,
                PayloadType = 77,
                ClockRate = codec.ClockRate,
                Channels = codec.Channels,
                Parameters = codec.Parameters,
            };
            var offer = Negotiated(codec.Kind, new RtpParameters { Codecs = [sent], Encodings = [new RtpEncodingParameters { Ssrc = 5 }] });
            Assert.True(ConsumerNegotiation.CanConsume(offer.Consumable, _router));
            Assert.True(ConsumerNegotiation.TryGetConsumerRtpParameters(
                offer.Consumable, _router, enableRtx: true, new SeededRandom(4), out var consumer, out _));
            Assert.Equal(codec.PreferredPayloadType, consumer.Codecs[0].PayloadType);
            var encoding = Assert.Single(consumer.Encodings);
            Assert.Equal(codec.Kind == MediaKind.Video ? encoding.Ssrc + 1 : null, encoding.Rtx?.Ssrc);
            Assert.NotEqual(offer.Consumable.Encodings[0].Ssrc, encoding.Ssrc);
        }
    }

    [Fact]
    public void A_peer_can_consume_exactly_when_consumer_parameters_exist()
    {
        var random = new SeededRandom(8);
        var h264 = new RtpCodecParameters
        {
            MimeType = "video/H264",
            PayloadType = 103,
            ClockRate = 90_000,
            Parameters = ParameterDictionary.Of(("packetization-mode", 1), ("profile-level-id", "42e01f")),
        };
        var consumable = Negotiated(MediaKind.Video, new RtpParameters { Codecs = [_vp8, h264], Encodings = [new RtpEncodingParameters { Ssrc = 1 }] }).Consumable;
        var outcomes = new HashSet<bool>();
        for (var round = 0; round < 500; round++)
        {
            var peer = new RtpCapabilities { Codecs = [.. _router.Codecs.Where(_ => random.Next(4) == 0)] };
            var can = ConsumerNegotiation.CanConsume(consumable, peer);
            var has = ConsumerNegotiation.TryGetConsumerRtpParameters(consumable, peer, true, random, out var parameters, out var error);
            Assert.Equal((can, can, !can), (has, parameters is not null, error is not null));
            outcomes.Add(can);
        }

        Assert.Equal(2, outcomes.Count);
    }

    [Fact]
    public void Drawn_SSRCs_leave_room_to_count_up()
    {
        foreach (var fill in new byte[] { 0x00, 0xFF, 0x80 })
        {
            var offer = Negotiated(
                MediaKind.Video,
                new RtpParameters { Codecs = [_vp8], Encodings = [.. Enumerable.Range(1, 16).Select(i => new RtpEncodingParameters { Ssrc = (uint)i })] },
                new ConstantRandom(fill));
            Assert.All(offer.Mapping.Encodings, encoding => Assert.InRange(encoding.MappedSsrc, 100_000_000u, 1_000_000_015u));
            Assert.Equal(16, offer.Mapping.Encodings.Select(encoding => encoding.MappedSsrc).Distinct().Count());
        }
    }

    [Theory]
    [InlineData(ProducerType.Simple, false, ConsumerType.Simple)]
    [InlineData(ProducerType.Simulcast, false, ConsumerType.Simulcast)]
    [InlineData(ProducerType.Svc, false, ConsumerType.Svc)]
    [InlineData(ProducerType.Svc, true, ConsumerType.Pipe)]
    public void A_Consumer_is_of_its_Producers_type_unless_it_pipes(ProducerType producer, bool pipe, ConsumerType consumer) =>
        Assert.Equal(consumer, ConsumerNegotiation.GetConsumerType(producer, pipe));

    [Fact]
    public void What_leaves_by_a_pipe_is_produced_in_another_Router_as_it_is()
    {
        var offer = Negotiated(
            MediaKind.Video,
            new RtpParameters { Codecs = [_vp8], Encodings = [.. Enumerable.Range(1, 3).Select(i => new RtpEncodingParameters { Ssrc = (uint)i })] });
        Assert.Contains(offer.Consumable.HeaderExtensions, extension => extension.Uri == RtpHeaderExtensionUri.DependencyDescriptor);
        foreach (var enableRtx in new[] { false, true })
        {
            var piped = ConsumerNegotiation.GetPipeConsumerRtpParameters(offer.Consumable, enableRtx, new SeededRandom(5));
            Assert.Equal(ProducerType.Simulcast, Negotiated(MediaKind.Video, piped).Type);
            Assert.Equal(piped.HeaderExtensions.Length, piped.HeaderExtensions.Select(extension => extension.Id).Distinct().Count());
        }
    }

    private static ProducerOffer Negotiated(MediaKind kind, RtpParameters parameters, IRandomSource? random = null)
    {
        Assert.True(
            ProducerNegotiation.TryNegotiate(kind, parameters, _router, random ?? new SeededRandom(7), out var offer, out var error),
            error?.Reason);
        return offer;
    }

    private static RtpCapabilities Router()
    {
        Assert.True(RouterNegotiation.TryGenerateRouterRtpCapabilities(DefaultMediaCodecs.Value, out var capabilities, out var error), error?.Reason);
        return capabilities;
    }

    private sealed class ConstantRandom(byte value) : IRandomSource
    {
        public void Fill(Span<byte> destination) => destination.Fill(value);
    }
}
