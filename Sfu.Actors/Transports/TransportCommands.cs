using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>Between a transport and the actors around it on its own node: its server or node (parent) and its Router's branch (watcher).</summary>
internal static class TransportCommands
{
    /// <summary>Branch → server or node: make the child. The sender is the asker.</summary>
    internal sealed record CreateTransport(BranchProtocol.OpenTransport Open, IActorRef Branch, ClosingSignal RouterClosing)
        : IRequest, INoSerializationVerificationNeeded
    {
        public long RequestId => Open.RequestId;
    }

    /// <summary>
    /// Server, node or branch → transport: close, and give this as the reason. <see cref="CloseReason.NodeLost"/> is not told again: whoever it
    /// concerns heard it when the node did not answer.
    /// </summary>
    internal sealed record Close(CloseReason Reason) : INoSerializationVerificationNeeded;

    /// <summary>Branch → transport: the node is being emptied.</summary>
    internal sealed record AskToMove(TimeSpan Within) : INoSerializationVerificationNeeded;

    /// <summary>Branch → transport: the Consumer's Producer, resolved to the handle that this node's media plane knows it by.</summary>
    internal sealed record AddConsumer(BranchProtocol.AddConsumer Add, ProducerHandle Producer) : IRequest, INoSerializationVerificationNeeded
    {
        public long RequestId => Add.RequestId;
    }

    /// <summary>Branch → transport: close every Consumer of this Producer.</summary>
    internal sealed record EndConsumersOf(ProducerId ProducerId) : INoSerializationVerificationNeeded;

    /// <summary>Branch → transport: the Router does not know of it any more.</summary>
    internal sealed record EndProducer(ProducerId ProducerId, CloseReason Reason) : INoSerializationVerificationNeeded;

    /// <summary>Branch → transport: the Router does not know of it any more.</summary>
    internal sealed record EndConsumer(ConsumerId ConsumerId) : INoSerializationVerificationNeeded;

    /// <summary>Transport → branch: how loud its measured Producers have been.</summary>
    internal sealed record AudioLevelsMeasured(ImmutableArray<ProducerLevels> Producers) : INoSerializationVerificationNeeded;

    /// <summary>Transport → branch, before it opens anything.</summary>
    internal sealed record Started(TransportRecord Transport, IActorRef Actor) : INoSerializationVerificationNeeded;

    /// <summary>Transport → server: the media twin listens.</summary>
    internal sealed record Listening(RouterId RouterId) : INoSerializationVerificationNeeded;

    /// <summary>Transport → branch: the media plane has it, under this handle.</summary>
    internal sealed record ProducerAdded(ProducerRecord Producer, ProducerHandle Handle) : INoSerializationVerificationNeeded;
}
