using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>What has been told of how a Consumer's media reaches its client, and what its traces tell.</summary>
internal sealed record ConsumerQuality(ConsumerScore? Score, ConsumerLayers? Layers, MediaTraceTypes Traced)
{
    public static readonly ConsumerQuality Unknown = new(null, null, MediaTraceTypes.None);
}
