using Sfu.Media.Forwarding;
using Sfu.Media.Ortc;
using Sfu.Tests.Support.Loopback;

namespace Sfu.Tests.Unit.Forwarding;

/// <summary>What a receiver tells of the path, by what was agreed.</summary>
public sealed class PathFeedbackSpecs
{
    private static readonly RtcpFeedback _transportCc = new("transport-cc", "");
    private static readonly RtcpFeedback _congestion = new("ack", "ccfb");
    private static readonly RtcpFeedback _remb = new("goog-remb", "");

    [Fact]
    public void Stream_without_any_of_it_tells_nothing()
    {
        var feedback = Agreed(withNumbers: false);

        Assert.Equal(default, feedback);
        Assert.False(feedback.IsAny);
        Assert.False(feedback.IsTransportWide);
    }

    [Fact]
    public void Numbers_are_told_of_whatever_the_codecs_say()
    {
        Assert.True(Agreed(withNumbers: true).IsTransportWide);
        Assert.True(Agreed(withNumbers: true, _remb) is { IsTransportWide: true, IsRemb: true, IsAny: true });
    }

    [Fact]
    public void Congestion_feedback_takes_the_place_of_transport_wide_feedback_only_where_that_is_not_agreed()
    {
        Assert.True(Agreed(withNumbers: false, _congestion) is { IsCongestionFeedback: true, IsTransportWide: false, IsAny: true });
        Assert.True(Agreed(withNumbers: true, _congestion) is { IsCongestionFeedback: true, IsTransportWide: false, HasTransportNumbers: true });
        Assert.True(Agreed(withNumbers: true, _congestion, _transportCc) is { IsCongestionFeedback: false, IsTransportWide: true });
    }

    private static PathFeedback Agreed(bool withNumbers, params RtcpFeedback[] feedback) => PathFeedback.Of(new RtpParameters
    {
        Codecs = [new RtpCodecParameters { MimeType = "video/VP8", PayloadType = TestMedia.RouterVp8, ClockRate = 90_000, RtcpFeedback = [.. feedback] }],
        HeaderExtensions = withNumbers ? [TestMedia.Extension(RtpHeaderExtensionUri.TransportWideCc01, TestMedia.ConsumerTwccId)] : [],
    });
}
