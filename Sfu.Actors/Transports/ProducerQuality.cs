using System.Collections.Immutable;
using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>What has been told of how a Producer arrives, and what its traces tell.</summary>
internal sealed record ProducerQuality(ImmutableArray<EncodingScore> Scores, VideoOrientation? Orientation, MediaTraceTypes Traced)
{
    public static readonly ProducerQuality Unknown = new([], null, MediaTraceTypes.None);
}
