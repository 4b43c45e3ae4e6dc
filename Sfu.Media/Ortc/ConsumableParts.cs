using System.Collections.Immutable;

namespace Sfu.Media.Ortc;

/// <summary>
/// What is the same in the offers of all of a Router's Producers: header extensions, by kind, and RTX codecs. Immutable; any thread.
/// </summary>
internal sealed class ConsumableParts(RtpCapabilities capabilities)
{
    private readonly ImmutableArray<RtpHeaderExtensionParameters> _audio = Select(capabilities, MediaKind.Audio, hasCaptureTime: false);
    private readonly ImmutableArray<RtpHeaderExtensionParameters> _timedAudio = Select(capabilities, MediaKind.Audio, hasCaptureTime: true);
    private readonly ImmutableArray<RtpHeaderExtensionParameters> _video = Select(capabilities, MediaKind.Video, hasCaptureTime: false);
    private readonly ImmutableArray<RtpHeaderExtensionParameters> _timedVideo = Select(capabilities, MediaKind.Video, hasCaptureTime: true);

    private readonly ImmutableArray<(int? Repaired, RtpCodecParameters Codec)> _rtx =
    [
        .. capabilities.Codecs
            .Where(static codec => codec.PreferredPayloadType is not null && ((CodecView)codec).IsRtx)
            .Select(static codec => (((CodecView)codec).AssociatedPayloadType, new RtpCodecParameters
            {
                MimeType = codec.MimeType,
                PayloadType = codec.PreferredPayloadType!.Value,
                ClockRate = codec.ClockRate,
                Parameters = codec.Parameters,
                RtcpFeedback = codec.RtcpFeedback,
            })),
    ];

    /// <summary>The codec that repairs the Router's codec of this payload type; null when there is none.</summary>
    public RtpCodecParameters? Rtx(int payloadType)
    {
        foreach (var (repaired, codec) in _rtx)
        {
            if (repaired == payloadType)
            {
                return codec;
            }
        }

        return null;
    }

    /// <param name="kind">Of the Producer.</param>
    /// <param name="hasCaptureTime">Whether the Producer sends it.</param>
    public ImmutableArray<RtpHeaderExtensionParameters> HeaderExtensions(MediaKind kind, bool hasCaptureTime) => kind == MediaKind.Audio
        ? (hasCaptureTime ? _timedAudio : _audio)
        : (hasCaptureTime ? _timedVideo : _video);

    private static ImmutableArray<RtpHeaderExtensionParameters> Select(RtpCapabilities capabilities, MediaKind kind, bool hasCaptureTime) =>
    [
        .. capabilities.HeaderExtensions
            .Where(extension => extension.Kind == kind
                && extension.Direction is RtpHeaderExtensionDirection.SendRecv or RtpHeaderExtensionDirection.SendOnly
                && (hasCaptureTime || extension.Uri != RtpHeaderExtensionUri.AbsCaptureTime))
            .Select(static extension => new RtpHeaderExtensionParameters
            {
                Uri = extension.Uri,
                Id = extension.PreferredId,
                Encrypt = extension.PreferredEncrypt,
            }),
    ];
}
