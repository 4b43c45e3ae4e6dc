using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Routing;

/// <summary>
/// Between a Router and its branches, across nodes. Requests keep the asker as sender all the way to the transport, which answers it
/// straight. A Router that does not know its branch on a node yet sends by way of that node, which forwards to the branch.
/// </summary>
internal static class BranchProtocol
{
    /// <summary>
    /// Router → node → branch: make a transport, of the kind whose options are given. The node makes the branch when it is the first.
    /// </summary>
    internal sealed record OpenTransport(
        long RequestId,
        RouterId RouterId,
        IActorRef Router,
        RouterSetup Setup,
        ImmutableArray<PeerRecord> Peers,
        TransportId TransportId,
        WebRtcTransportOptions? Options,
        PeerId? PeerId,
        IActorRef? Owner,
        PlainTransportOptions? Plain = null,
        PipeTransportOptions? Pipe = null) : IRouterMessage, IRequest
    {
        internal TransportKind Kind => this switch
        {
            { Plain: not null } => TransportKind.Plain,
            { Pipe: not null } => TransportKind.Pipe,
            _ => TransportKind.WebRtc,
        };
    }

    /// <summary>Router → branch → transport: a validated <see cref="RouterProtocol.Produce"/>.</summary>
    internal sealed record AddProducer(
        long RequestId,
        RouterId RouterId,
        ProducerRecord Producer,
        RtpParameters RtpParameters,
        RtpMapping RtpMapping,
        int KeyFrameRequestDelayMs) : IRouterMessage, IRequest;

    /// <summary>
    /// Router → branch → transport: a validated <see cref="RouterProtocol.Consume"/>. Where the Producer is on another node, with the way to
    /// it, to the Router's branch there or to the node: the branch here has it cross first.
    /// </summary>
    internal sealed record AddConsumer(
        long RequestId,
        RouterId RouterId,
        TransportId TransportId,
        ConsumerId ConsumerId,
        ProducerRecord Producer,
        RtpCapabilities RtpCapabilities,
        bool Paused,
        JsonText AppData,
        ConsumerLayers? PreferredLayers = null,
        int Priority = 1,
        bool IgnoreDtx = false,
        bool? EnableRtx = null,
        IActorRef? Source = null) : IRouterMessage, IRequest;

    /// <summary>Router → branch: close it, nobody waits for an answer.</summary>
    internal sealed record EndTransport(RouterId RouterId, TransportId TransportId, CloseReason Reason) : IRouterMessage;

    /// <summary>Router → branch: close the Producer's Consumers here.</summary>
    internal sealed record ProducerGone(RouterId RouterId, ProducerId ProducerId) : IRouterMessage;

    /// <summary>Router → branch: tell the Producer's Consumers here.</summary>
    internal sealed record ProducerPauseChanged(RouterId RouterId, ProducerId ProducerId, bool Paused) : IRouterMessage;

    /// <summary>Router → branch → transport: an observer wants to hear how loud the Producer is, or none does any more.</summary>
    internal sealed record MeasureAudioLevels(RouterId RouterId, ProducerId ProducerId, bool Measure) : IRouterMessage;

    /// <summary>Branch → Router → observers: how loud the measured Producers here have been since the last report. Ten times a second at most.</summary>
    internal sealed record AudioLevelsMeasured(RouterId RouterId, ImmutableArray<ProducerLevels> Producers) : IRouterMessage;

    /// <summary>Router → branch: keep this for the Router's next incarnation.</summary>
    internal sealed record RememberPeer(RouterId RouterId, PeerRecord Peer) : IRouterMessage;

    /// <summary>Router → branch.</summary>
    internal sealed record ForgetPeer(RouterId RouterId, PeerId PeerId) : IRouterMessage;

    /// <summary>Router → branch: this is an end, not a loss.</summary>
    internal sealed record RouterClosing(RouterId RouterId, CloseReason Reason) : IRouterMessage;

    /// <summary>Branch → Router, first of all: watch me.</summary>
    internal sealed record BranchOpened(RouterId RouterId, IActorRef Branch, IActorRef Node) : IRouterMessage;

    /// <summary>Branch → shard region → the Router's next incarnation.</summary>
    internal sealed record AttachBranch(RouterId RouterId, IActorRef Branch, IActorRef Node, BranchSnapshot Snapshot) : IRouterMessage;

    /// <summary>Router → branch: the answer to <see cref="AttachBranch"/>.</summary>
    internal sealed record BranchAttached(RouterId RouterId, IActorRef Router) : IRouterMessage;

    /// <summary>Branch → Router: the media twin listens.</summary>
    internal sealed record TransportOpened(RouterId RouterId, TransportId TransportId) : IRouterMessage;

    /// <summary>Branch → Router: it is gone with all it carried, or never came to be.</summary>
    internal sealed record TransportEnded(RouterId RouterId, TransportId TransportId, CloseReason Reason) : IRouterMessage;

    /// <summary>Branch → Router: the media plane has it.</summary>
    internal sealed record ProducerAdded(RouterId RouterId, ProducerId ProducerId) : IRouterMessage;

    /// <summary>Branch → Router: it is gone, or never came to be.</summary>
    internal sealed record ProducerEnded(RouterId RouterId, ProducerId ProducerId, CloseReason Reason) : IRouterMessage;

    /// <summary>Branch → Router: it was paused or resumed.</summary>
    internal sealed record ProducerPauseDone(RouterId RouterId, ProducerId ProducerId, bool Paused) : IRouterMessage;

    /// <summary>Branch → Router: the media plane has it.</summary>
    internal sealed record ConsumerAdded(RouterId RouterId, ConsumerId ConsumerId) : IRouterMessage;

    /// <summary>Branch → Router: it is gone, or never came to be.</summary>
    internal sealed record ConsumerEnded(RouterId RouterId, ConsumerId ConsumerId) : IRouterMessage;
}
