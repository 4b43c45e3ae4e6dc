using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>
/// How a Router and a node come to know the same again after a connection between them broke, or the node counted as lost. What is sent
/// between nodes arrives in order, but what a breaking connection has swallowed does not arrive at all: the Router asks what the node
/// carries, and what was to be there by then and is not got lost on the way, there or back.
/// </summary>
internal static class ReconcileProtocol
{
    /// <summary>Router → branch, or the node where no branch is known: say what you carry. Answered with <see cref="Carries"/>.</summary>
    /// <param name="RouterId">Whose.</param>
    /// <param name="Round">Comes back with the answer; counts up.</param>
    internal sealed record Reconcile(RouterId RouterId, long Round) : IRouterMessage;

    /// <summary>Branch → Router, or a node that has no branch of it: all that is here, also what is only being made.</summary>
    /// <param name="RouterId">Whose.</param>
    /// <param name="Node">Which.</param>
    /// <param name="Branch">Null: the node carries nothing of the Router.</param>
    /// <param name="Round">Of <see cref="Reconcile"/>.</param>
    /// <param name="Peers">Of whom the branch knows.</param>
    /// <param name="Transports">Each once.</param>
    /// <param name="Producers">Each once. Those that cross to other nodes are on the node of their transport alone.</param>
    /// <param name="Consumers">Each once.</param>
    internal sealed record Carries(
        RouterId RouterId,
        IActorRef Node,
        IActorRef? Branch,
        long Round,
        ImmutableArray<PeerId> Peers,
        ImmutableArray<CarriedTransport> Transports,
        ImmutableArray<CarriedProducer> Producers,
        ImmutableArray<CarriedConsumer> Consumers) : IRouterMessage;

    /// <summary>Router → branch: of these I know nothing (any more); end them.</summary>
    /// <param name="RouterId">Whose.</param>
    /// <param name="Transports">With all that they carry.</param>
    /// <param name="Producers">On other transports.</param>
    /// <param name="Consumers">On other transports.</param>
    /// <param name="Reason"><see cref="CloseReason.NodeLost"/>: who had to be told has been told, when the node did not answer.</param>
    internal sealed record EndUnknown(
        RouterId RouterId,
        ImmutableArray<TransportId> Transports,
        ImmutableArray<ProducerId> Producers,
        ImmutableArray<ConsumerId> Consumers,
        CloseReason Reason) : IRouterMessage;
}

/// <param name="TransportId">Which.</param>
/// <param name="Open">Its media twin listens; false: it is being made.</param>
internal readonly record struct CarriedTransport(TransportId TransportId, bool Open);

/// <param name="ProducerId">Which.</param>
/// <param name="Open">The media plane has it; false: it is being made.</param>
/// <param name="Paused">As the client or its owner asked.</param>
internal readonly record struct CarriedProducer(ProducerId ProducerId, bool Open, bool Paused);

/// <param name="ConsumerId">Which.</param>
/// <param name="Open">The media plane has it; false: it is being made, or waits for its Producer to cross.</param>
internal readonly record struct CarriedConsumer(ConsumerId ConsumerId, bool Open);
