using System.Collections.Immutable;

namespace Sfu.Media.Ortc;

/// <summary>
/// Everything that a Router can be configured to forward. Dynamic payload types are given out by <see cref="RouterNegotiation"/>.
/// </summary>
public static class SupportedRtpCapabilities
{
    private static readonly RtcpFeedback _nack = new("nack");
    private static readonly RtcpFeedback _transportCc = new("transport-cc");

    private static readonly ImmutableArray<RtcpFeedback> _videoFeedback =
        [_nack, new("nack", "pli"), new("ccm", "fir"), new("goog-remb"), _transportCc];

    public static RtpCapabilities Value { get; } = new() { Codecs = [.. AudioCodecs(), .. VideoCodecs()], HeaderExtensions = [.. Extensions()] };

    private static IEnumerable<RtpCodecCapability> AudioCodecs()
    {
        yield return Audio("opus", 48_000, [_nack, _transportCc]) with { Channels = 2 };
        yield return Audio("red", 48_000, []) with { Channels = 2 };
        yield return Multiopus(4, "0,1,2,3", streams: 2, coupled: 2);
        yield return Multiopus(6, "0,4,1,2,3,5", streams: 4, coupled: 2);
        yield return Multiopus(8, "0,6,1,2,3,4,5,7", streams: 5, coupled: 3);
        yield return Audio("PCMU", 8_000, [_transportCc]) with { PreferredPayloadType = 0 };
        yield return Audio("PCMA", 8_000, [_transportCc]) with { PreferredPayloadType = 8 };
        yield return Audio("ISAC", 32_000, [_transportCc]);
        yield return Audio("ISAC", 16_000, [_transportCc]);
        yield return Audio("G722", 8_000, [_transportCc]) with { PreferredPayloadType = 9 };
        yield return Audio("iLBC", 8_000, [_transportCc]);
        yield return Audio("SILK", 24_000, [_transportCc]);
        yield return Audio("SILK", 16_000, [_transportCc]);
        yield return Audio("SILK", 12_000, [_transportCc]);
        yield return Audio("SILK", 8_000, [_transportCc]);
        yield return Audio("CN", 32_000, []) with { PreferredPayloadType = 13 };
        yield return Audio("CN", 16_000, []) with { PreferredPayloadType = 13 };
        yield return Audio("CN", 8_000, []) with { PreferredPayloadType = 13 };
        yield return Audio("telephone-event", 48_000, []);
        yield return Audio("telephone-event", 32_000, []);
        yield return Audio("telephone-event", 16_000, []);
        yield return Audio("telephone-event", 8_000, []);
    }

    private static IEnumerable<RtpCodecCapability> VideoCodecs()
    {
        yield return Video("VP8");
        yield return Video("VP9");
        yield return Video("H264") with { Parameters = ParameterDictionary.Of(("level-asymmetry-allowed", 1)) };
        yield return Video("AV1");
    }

    /// <summary>
    /// Audio takes transport-wide sequence numbers only from Producers: Consumers' audio is not what their estimate needs. RIDs end at the
    /// Router, which chooses layers and rewrites streams. The dependency descriptor goes on where <see cref="ConsumerNegotiation"/> lets it:
    /// browsers decode no picture of AV1 with spatial layers without it. mediasoup only receives it.
    /// </summary>
    private static IEnumerable<RtpHeaderExtension> Extensions() =>
    [
        .. Both(RtpHeaderExtensionUri.Mid, 1),
        Video(RtpHeaderExtensionUri.RtpStreamId, 2, RtpHeaderExtensionDirection.RecvOnly),
        Video(RtpHeaderExtensionUri.RepairedRtpStreamId, 3, RtpHeaderExtensionDirection.RecvOnly),
        .. Both(RtpHeaderExtensionUri.AbsSendTime, 4),
        Audio(RtpHeaderExtensionUri.TransportWideCc01, 5, RtpHeaderExtensionDirection.RecvOnly),
        Video(RtpHeaderExtensionUri.TransportWideCc01, 5),
        Audio(RtpHeaderExtensionUri.AudioLevel, 6),
        Video(RtpHeaderExtensionUri.DependencyDescriptor, 7),
        Video(RtpHeaderExtensionUri.VideoOrientation, 8),
        Video(RtpHeaderExtensionUri.TimeOffset, 9),
        .. Both(RtpHeaderExtensionUri.AbsCaptureTime, 10),
        .. Both(RtpHeaderExtensionUri.PlayoutDelay, 11),
        .. Both(RtpHeaderExtensionUri.PacketId, 12),
    ];

    private static RtpCodecCapability Audio(string subtype, int clockRate, ImmutableArray<RtcpFeedback> feedback) =>
        new() { Kind = MediaKind.Audio, MimeType = $"audio/{subtype}", ClockRate = clockRate, Channels = 1, RtcpFeedback = feedback };

    private static RtpCodecCapability Multiopus(int channels, string mapping, int streams, int coupled) =>
        Audio("multiopus", 48_000, [_nack, _transportCc]) with
        {
            Channels = channels,
            Parameters = ParameterDictionary.Of(("channel_mapping", mapping), ("num_streams", streams), ("coupled_streams", coupled)),
        };

    private static RtpCodecCapability Video(string subtype) =>
        new() { Kind = MediaKind.Video, MimeType = $"video/{subtype}", ClockRate = 90_000, RtcpFeedback = _videoFeedback };

    private static RtpHeaderExtension Audio(
        string uri, int id, RtpHeaderExtensionDirection direction = RtpHeaderExtensionDirection.SendRecv) =>
        new() { Kind = MediaKind.Audio, Uri = uri, PreferredId = id, Direction = direction };

    private static RtpHeaderExtension Video(
        string uri, int id, RtpHeaderExtensionDirection direction = RtpHeaderExtensionDirection.SendRecv) =>
        Audio(uri, id, direction) with { Kind = MediaKind.Video };

    private static RtpHeaderExtension[] Both(string uri, int id) => [Audio(uri, id), Video(uri, id)];
}
