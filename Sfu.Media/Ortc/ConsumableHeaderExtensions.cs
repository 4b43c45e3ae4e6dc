using System.Collections.Immutable;

namespace Sfu.Media.Ortc;

/// <summary>The header extensions that a Router's Producers are offered with, by their kind. Immutable; any thread.</summary>
internal sealed class ConsumableHeaderExtensions(RtpCapabilities capabilities)
{
    private readonly ImmutableArray<RtpHeaderExtensionParameters> _audio = Select(capabilities, MediaKind.Audio, hasCaptureTime: false);
    private readonly ImmutableArray<RtpHeaderExtensionParameters> _timedAudio = Select(capabilities, MediaKind.Audio, hasCaptureTime: true);
    private readonly ImmutableArray<RtpHeaderExtensionParameters> _video = Select(capabilities, MediaKind.Video, hasCaptureTime: false);
    private readonly ImmutableArray<RtpHeaderExtensionParameters> _timedVideo = Select(capabilities, MediaKind.Video, hasCaptureTime: true);

    /// <param name="kind">Of the Producer.</param>
    /// <param name="hasCaptureTime">Whether the Producer sends it.</param>
    public ImmutableArray<RtpHeaderExtensionParameters> For(MediaKind kind, bool hasCaptureTime) => kind == MediaKind.Audio
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
