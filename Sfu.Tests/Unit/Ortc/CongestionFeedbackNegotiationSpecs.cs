using System.Collections.Immutable;
using Sfu.Media.Ortc;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Ortc;

/// <summary>Congestion feedback (RFC 8888) is there for those who ask for it.</summary>
public sealed class CongestionFeedbackNegotiationSpecs
{
    private static readonly RtcpFeedback _congestion = new("ack", "ccfb");

    private static RtpCapabilities Router(params RtcpFeedback[] feedback)
    {
        ImmutableArray<RtpCodecCapability> codecs =
            [new RtpCodecCapability { Kind = MediaKind.Video, MimeType = "video/VP8", ClockRate = 90_000, RtcpFeedback = [.. feedback] }];
        Assert.True(RouterNegotiation.TryGenerateRouterRtpCapabilities(codecs, out var router, out var error), error?.Reason);
        return router;
    }

    private static string Consumed(bool transportSequence, bool sendTime, bool asked = true)
    {
        var router = Router(asked ? [_congestion] : []);
        var consumable = new RtpParameters
        {
            Codecs =
            [
                new RtpCodecParameters
                {
                    MimeType = "video/VP8", PayloadType = router.Codecs[0].PreferredPayloadType!.Value, ClockRate = 90_000, RtcpFeedback = router.Codecs[0].RtcpFeedback,
                },
            ],
            HeaderExtensions = [.. router.HeaderExtensions.Where(static e => e.Kind == MediaKind.Video).Select(static e => new RtpHeaderExtensionParameters { Uri = e.Uri, Id = e.PreferredId })],
            Encodings = [new RtpEncodingParameters { Ssrc = 1 }],
        };
        var peer = router with
        {
            HeaderExtensions =
            [
                .. router.HeaderExtensions.Where(e => e.Kind == MediaKind.Video
                    && ((transportSequence && e.Uri == RtpHeaderExtensionUri.TransportWideCc01) || (sendTime && e.Uri == RtpHeaderExtensionUri.AbsSendTime))),
            ],
        };
        Assert.True(ConsumerNegotiation.TryGetConsumerRtpParameters(consumable, peer, true, new SeededRandom(1), out var parameters, out _));
        return string.Join(' ', parameters.Codecs[0].RtcpFeedback.Where(static f => f.Type is "ack" or "transport-cc" or "goog-remb").Select(static f => f.Type));
    }

    [Fact]
    public void Router_offers_it_only_where_its_codecs_ask_for_it()
    {
        Assert.DoesNotContain(_congestion, Router().Codecs[0].RtcpFeedback);
        Assert.DoesNotContain(_congestion, Router(new RtcpFeedback("nack")).Codecs[0].RtcpFeedback);
        Assert.Single(Router(_congestion, _congestion).Codecs[0].RtcpFeedback, _congestion);
    }

    [Theory]
    [InlineData(true, true, "transport-cc")]
    [InlineData(false, true, "ack")]
    [InlineData(false, false, "ack")]
    public void Consumer_has_one_way_to_estimate_and_transport_wide_feedback_comes_first(bool transportSequence, bool sendTime, string expected) =>
        Assert.Equal(expected, Consumed(transportSequence, sendTime));

    [Fact]
    public void Without_it_REMB_is_what_is_left() => Assert.Equal("goog-remb", Consumed(false, true, asked: false));
}
