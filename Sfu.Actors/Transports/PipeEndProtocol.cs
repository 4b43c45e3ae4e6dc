using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Transports;

/// <summary>What makes two PipeTransports one pipe: from whoever makes the pipe to its ends, and between the ends, which may be on two nodes.</summary>
internal static class PipeEndProtocol
{
    /// <summary>To each end: this is the other. They end together from now on.</summary>
    /// <param name="RequestId">The asker's.</param>
    /// <param name="RouterId">The end's Router.</param>
    /// <param name="TransportId">The end.</param>
    /// <param name="OtherEnd">The other.</param>
    /// <param name="OtherRouterId">Its Router.</param>
    /// <param name="OtherTransportId">Its name there.</param>
    /// <param name="IsNear">Producers leave here for the other end, as <see cref="RouterProtocol.PipeToRouter"/> has asked.</param>
    internal sealed record JoinEnds(
        long RequestId, RouterId RouterId, TransportId TransportId, IActorRef OtherEnd, RouterId OtherRouterId, TransportId OtherTransportId, bool IsNear)
        : ITransportRequest, IRequest<IDoneReply>;

    /// <summary>To an end: which pipe is that? Answered with <see cref="EndDescribed"/>; <see cref="SfuErrorCode.InvalidState"/> where it is not joined.</summary>
    internal sealed record DescribeEnd(long RequestId, RouterId RouterId, TransportId TransportId) : ITransportRequest;

    /// <param name="RequestId">The asker's.</param>
    /// <param name="End">The end that was asked.</param>
    /// <param name="Joined">As it was told of the other.</param>
    internal sealed record EndDescribed(long RequestId, IActorRef End, JoinEnds Joined) : IWireReply;

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
