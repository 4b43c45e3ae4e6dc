using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Transports;

/// <summary>What makes two PipeTransports one pipe: from whoever makes the pipe to its ends, and between the ends, which may be on two nodes.</summary>
internal static class PipeEndProtocol
{
    /// <summary>To each end: this is the other. They end together from now on.</summary>
    internal sealed record JoinEnds(long RequestId, RouterId RouterId, TransportId TransportId, IActorRef OtherEnd)
        : ITransportRequest, IRequest<IDoneReply>;

    /// <summary>
    /// To the end where it leaves, when the other end has it: what becomes of the Consumer becomes of that Producer.
    /// <see cref="SfuErrorCode.Closed"/> when the Consumer is gone already.
    /// </summary>
    /// <param name="RequestId">The asker's.</param>
    /// <param name="RouterId">The end's Router.</param>
    /// <param name="TransportId">The end.</param>
    /// <param name="ConsumerId">What leaves.</param>
    /// <param name="PipedId">What it is on the other end.</param>
    /// <param name="Paused">Whether that was made paused.</param>
    internal sealed record TieConsumer(long RequestId, RouterId RouterId, TransportId TransportId, ConsumerId ConsumerId, ProducerId PipedId, bool Paused)
        : ITransportRequest, IRequest<IDoneReply>;

    /// <summary>To the end where it comes in: when the Producer closes, so does that Consumer. <see cref="SfuErrorCode.Closed"/> as above.</summary>
    internal sealed record TieProducer(long RequestId, RouterId RouterId, TransportId TransportId, ProducerId PipedId, ConsumerId ConsumerId)
        : ITransportRequest, IRequest<IDoneReply>;

    /// <summary>End → end: what the Producer was piped from was paused or resumed.</summary>
    internal sealed record SourcePauseChanged(ProducerId PipedId, bool Paused) : IWireMessage;

    /// <summary>End → end: what the Producer was piped from is gone.</summary>
    internal sealed record SourceClosed(ProducerId PipedId) : IWireMessage;

    /// <summary>End → end: what the Consumer was piped to is gone.</summary>
    internal sealed record PipedClosed(ConsumerId ConsumerId) : IWireMessage;
}
