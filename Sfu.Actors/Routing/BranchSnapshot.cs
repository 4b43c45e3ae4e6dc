using System.Collections.Immutable;

namespace Sfu.Actors.Routing;

/// <summary>All that a branch knows of its Router: what the Router's next incarnation is put together from.</summary>
internal sealed record BranchSnapshot(
    RouterSetup Setup,
    ImmutableArray<PeerRecord> Peers,
    ImmutableArray<TransportRecord> Transports,
    ImmutableArray<ProducerRecord> Producers,
    ImmutableArray<ConsumerRecord> Consumers);
