using System.Collections.Immutable;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>What the dumps of transports of all kinds have in common.</summary>
internal sealed record TransportBooks(
    BitrateLimits? Limits,
    MediaTraceTypes Traced,
    ImmutableArray<TransportProducerDump> Producers,
    ImmutableArray<TransportConsumerDump> Consumers,
    int? MustMoveWithinMs);
