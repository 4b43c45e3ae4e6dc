using System.Collections.Immutable;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Protocol;

/// <summary>What a Router knows, for people and tests.</summary>
public sealed record RouterDump(
    long RequestId,
    RouterId RouterId,
    bool Exists,
    int Branches,
    ImmutableArray<PeerInfo> Peers,
    ImmutableArray<RouterTransportDump> Transports,
    ImmutableArray<RouterProducerDump> Producers,
    ImmutableArray<RouterConsumerDump> Consumers) : IDumpRouterReply
{
    /// <summary>No peer, transport, Producer or Consumer is left.</summary>
    public bool IsEmpty => Peers.IsEmpty && Transports.IsEmpty && Producers.IsEmpty && Consumers.IsEmpty;
}

public sealed record RouterTransportDump(TransportId TransportId, PeerId? PeerId, bool Open, TransportKind Kind = TransportKind.WebRtc);

public sealed record RouterProducerDump(ProducerId ProducerId, TransportId TransportId, PeerId? PeerId, MediaKind Kind, bool Paused, bool Open);

public sealed record RouterConsumerDump(ConsumerId ConsumerId, TransportId TransportId, ProducerId ProducerId, bool Open);
