using System.Collections.Immutable;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Host.Signaling;

/// <summary>A Producer of this session.</summary>
/// <param name="TransportId">What carries it.</param>
internal sealed record SessionProducer(TransportId TransportId)
{
    /// <summary>As last told; empty: nothing was.</summary>
    public ImmutableArray<EncodingScore> Scores { get; init; } = [];
}
