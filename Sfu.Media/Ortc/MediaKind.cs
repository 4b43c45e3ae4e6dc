using System.Text.Json.Serialization;

namespace Sfu.Media.Ortc;

/// <summary>What a Producer or Consumer carries. Wire names <c>audio</c> and <c>video</c>.</summary>
[JsonConverter(typeof(MediaKindConverter))]
public enum MediaKind
{
    Audio,
    Video,
}

/// <summary>The wire names of <see cref="MediaKind"/>.</summary>
public sealed class MediaKindConverter() : WireNameConverter<MediaKind>("audio", "video");
