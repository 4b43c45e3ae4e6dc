using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Media.Control;

namespace Sfu.Actors.Protocol;

/// <summary>What a node is asked (key <c>SfuNode</c>), by the program that runs it and by health checks. Stays on the node.</summary>
public static class NodeProtocol
{
    /// <summary>Answered when the node's listening server is open, or has failed.</summary>
    public sealed record WhenReady(long RequestId) : INoSerializationVerificationNeeded, IRequest<IWhenReadyReply>;

    /// <summary>What may answer <see cref="WhenReady"/>: <see cref="NodeReady"/> or <see cref="NodeFailed"/>.</summary>
    public interface IWhenReadyReply : IReply, INoSerializationVerificationNeeded;

    /// <summary>The real addresses and ports.</summary>
    public sealed record NodeReady(long RequestId, ImmutableArray<ListenInfo> Bound) : IWhenReadyReply;

    /// <summary>The sockets cannot be bound; the error says which and why.</summary>
    public sealed record NodeFailed(long RequestId, SfuError Error) : IWhenReadyReply;

    /// <summary>Asks for a <see cref="NodeDump"/>.</summary>
    public sealed record DumpNode(long RequestId) : INoSerializationVerificationNeeded, IRequest<IDumpNodeReply>;

    /// <summary>What may answer <see cref="DumpNode"/>: a <see cref="NodeDump"/>.</summary>
    public interface IDumpNodeReply : IReply, INoSerializationVerificationNeeded;

    /// <summary>What the node's actors know, beside what its media plane holds.</summary>
    /// <param name="RequestId">The asker's.</param>
    /// <param name="Servers">WebRtcServers with their transports.</param>
    /// <param name="Branches">Of Routers, with all their transports here.</param>
    /// <param name="Media">What the media plane holds.</param>
    /// <param name="Transports">Those with sockets of their own: PlainTransports and ends of pipes.</param>
    public sealed record NodeDump(
        long RequestId,
        ImmutableArray<NodeServerDump> Servers,
        ImmutableArray<NodeBranchDump> Branches,
        MediaPlaneDump Media,
        ImmutableArray<TransportId> Transports) : IDumpNodeReply
    {
        /// <summary>No branch, transport or media object of one is left. Servers may still listen.</summary>
        public bool IsIdle => Branches.IsEmpty && Transports.IsEmpty && Servers.All(server => server.Transports.IsEmpty) && Media.HasNoTransports;
    }

    /// <summary>Asks for a <see cref="NodeDescription"/>: the dump without what the media plane holds.</summary>
    internal sealed record DescribeNode(long RequestId) : INoSerializationVerificationNeeded, IRequest<NodeDescription>;

    internal sealed record NodeDescription(
        long RequestId, ImmutableArray<NodeServerDump> Servers, ImmutableArray<NodeBranchDump> Branches, ImmutableArray<TransportId> Transports)
        : IReply, INoSerializationVerificationNeeded;

    public sealed record NodeServerDump(ServerId ServerId, ImmutableArray<ListenInfo> Bound, ImmutableArray<TransportId> Transports);

    public sealed record NodeBranchDump(RouterId RouterId, bool Orphaned, ImmutableArray<TransportId> Transports, ImmutableArray<NodePipeDump> Pipes);

    /// <summary>An end of a pipe between two nodes.</summary>
    /// <param name="Node">The address of the other node.</param>
    /// <param name="IsInlet">Producers of the other node come in; otherwise Producers of this node leave.</param>
    /// <param name="Producers">What crosses, or is about to.</param>
    public sealed record NodePipeDump(string Node, bool IsInlet, ImmutableArray<PipedProducer> Producers);

    /// <summary>Opens one more WebRtcServer, for transports whose options name it. <see cref="SfuErrorCode.AlreadyExists"/> while one of the name is open or closing.</summary>
    public sealed record OpenServer(long RequestId, ServerId ServerId, ImmutableArray<ListenInfo> ListenInfos)
        : INoSerializationVerificationNeeded, IRequest<IOpenServerReply>;

    /// <summary>What may answer <see cref="OpenServer"/>: <see cref="ServerOpened"/> or <see cref="Rejected"/>, which says what could not be bound.</summary>
    public interface IOpenServerReply : IReply;

    /// <summary>With the real addresses and ports.</summary>
    public sealed record ServerOpened(long RequestId, ServerId ServerId, ImmutableArray<ListenInfo> Bound) : IOpenServerReply, INoSerializationVerificationNeeded;

    /// <summary>
    /// Closes a WebRtcServer and its transports. Answered when the sockets are closed, also to who asks while it closes or soon after.
    /// Unknown: <see cref="Rejected"/>.
    /// </summary>
    public sealed record CloseServer(long RequestId, ServerId ServerId) : INoSerializationVerificationNeeded, IRequest<IDoneReply>;

    /// <summary>
    /// From now on <paramref name="Subscriber"/> gets the <see cref="IWebRtcServerEvent"/>s of this server, first of all a
    /// <see cref="WebRtcServerEvents.ServerState"/>; until it unsubscribes or stops, or the server closes.
    /// </summary>
    public sealed record SubscribeServer(long RequestId, ServerId ServerId, IActorRef Subscriber)
        : IServerRequest, INoSerializationVerificationNeeded, IRequest<ISubscribeServerReply>;

    /// <summary>What may answer <see cref="SubscribeServer"/>: <see cref="ServerSubscribed"/> or <see cref="Rejected"/>.</summary>
    public interface ISubscribeServerReply : IReply;

    public sealed record ServerSubscribed(long RequestId) : ISubscribeServerReply, INoSerializationVerificationNeeded;

    /// <summary>Nothing more comes behind the answer. Done, too, for who has not subscribed.</summary>
    public sealed record UnsubscribeServer(long RequestId, ServerId ServerId, IActorRef Subscriber)
        : IServerRequest, INoSerializationVerificationNeeded, IRequest<IDoneReply>;

    /// <summary>A request that the server itself answers.</summary>
    public interface IServerRequest : IRequest
    {
        ServerId ServerId { get; }
    }

    /// <summary>
    /// Empties the node: it takes no new transport, and the owner of each one that it has is told <see cref="SessionEvents.TransportMustMove"/>.
    /// Answered when the last has gone, or after <paramref name="Deadline"/>, whatever is left then; the node keeps taking nothing, until the
    /// drain is cancelled or the node stops.
    /// </summary>
    public sealed record DrainNode(long RequestId, TimeSpan Deadline) : INoSerializationVerificationNeeded, IRequest<IDrainNodeReply>;

    /// <summary>What may answer <see cref="DrainNode"/>: <see cref="NodeDrained"/>, or <see cref="Rejected"/> when it was cancelled.</summary>
    public interface IDrainNodeReply : IReply;

    /// <param name="RequestId">The asker's.</param>
    /// <param name="IsEmpty">Nothing was left at the deadline.</param>
    public sealed record NodeDrained(long RequestId, bool IsEmpty) : IDrainNodeReply, INoSerializationVerificationNeeded;

    /// <summary>The node takes transports again. Done, too, when it was not draining.</summary>
    public sealed record CancelDrain(long RequestId) : INoSerializationVerificationNeeded, IRequest<IDoneReply>;

    /// <summary>
    /// Closes everything on the node. Answered when the media plane has closed the last socket, which is after the last DTLS close_notify,
    /// or at the deadline.
    /// </summary>
    public sealed record CloseNode(long RequestId) : INoSerializationVerificationNeeded, IRequest<IDoneReply>;
}
