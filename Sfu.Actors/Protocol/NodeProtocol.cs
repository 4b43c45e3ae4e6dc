using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Media.Control;

namespace Sfu.Actors.Protocol;

/// <summary>
/// What a node is asked (key <c>SfuNode</c>) by the program that runs it and by health checks; an <see cref="INodeRequest"/> also by others, from
/// anywhere in the cluster or outside of it: with <see cref="ClusterProtocol.AskNode"/>, or <c>SfuClient</c>.
/// </summary>
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

    /// <summary>
    /// Asks for a <see cref="NodeDump"/>. What the media plane holds may be more than one message can carry to another node: it may be asked for in
    /// parts, which are then not of one moment.
    /// </summary>
    /// <param name="RequestId">The asker's.</param>
    /// <param name="FirstTransport">Of the media plane's transports so many are left out.</param>
    /// <param name="MaxObjects">At most so many transports, Producers and Consumers of the media plane together, but one transport at least.</param>
    public sealed record DumpNode(long RequestId, int FirstTransport = 0, int MaxObjects = int.MaxValue) : INodeRequest, IRequest<IDumpNodeReply>;

    /// <summary>What may answer <see cref="DumpNode"/>: a <see cref="NodeDump"/>, or <see cref="Rejected"/> where the node cannot be reached.</summary>
    public interface IDumpNodeReply : IWireReply;

    /// <summary>What the node's actors know, beside what its media plane holds.</summary>
    /// <param name="RequestId">The asker's.</param>
    /// <param name="Servers">WebRtcServers with their transports.</param>
    /// <param name="Branches">Of Routers, with all their transports here.</param>
    /// <param name="Media">What the media plane holds.</param>
    /// <param name="Transports">Those with sockets of their own: PlainTransports and ends of pipes.</param>
    /// <param name="TransportsLeft">Transports of the media plane that come behind those in it.</param>
    public sealed record NodeDump(
        long RequestId,
        ImmutableArray<NodeServerDump> Servers,
        ImmutableArray<NodeBranchDump> Branches,
        MediaPlaneDump Media,
        ImmutableArray<TransportId> Transports,
        int TransportsLeft = 0) : IDumpNodeReply
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
        : INodeRequest, IRequest<IOpenServerReply>;

    /// <summary>What may answer <see cref="OpenServer"/>: <see cref="ServerOpened"/> or <see cref="Rejected"/>, which says what could not be bound.</summary>
    public interface IOpenServerReply : IWireReply;

    /// <summary>With the real addresses and ports.</summary>
    public sealed record ServerOpened(long RequestId, ServerId ServerId, ImmutableArray<ListenInfo> Bound) : IOpenServerReply;

    /// <summary>
    /// Closes a WebRtcServer and its transports. Answered when the sockets are closed, also to who asks while it closes or soon after.
    /// Unknown: <see cref="Rejected"/>.
    /// </summary>
    public sealed record CloseServer(long RequestId, ServerId ServerId) : INodeRequest, IRequest<IDoneReply>;

    /// <summary>
    /// From now on <paramref name="Subscriber"/> gets the <see cref="IWebRtcServerEvent"/>s of this server, first of all a
    /// <see cref="WebRtcServerEvents.ServerState"/>; until it unsubscribes or stops, or the server closes.
    /// </summary>
    public sealed record SubscribeServer(long RequestId, ServerId ServerId, IActorRef Subscriber)
        : IServerRequest, IRequest<ISubscribeServerReply>;

    /// <summary>What may answer <see cref="SubscribeServer"/>: <see cref="ServerSubscribed"/> or <see cref="Rejected"/>.</summary>
    public interface ISubscribeServerReply : IWireReply;

    public sealed record ServerSubscribed(long RequestId) : ISubscribeServerReply;

    /// <summary>Nothing more comes behind the answer. Done, too, for who has not subscribed.</summary>
    public sealed record UnsubscribeServer(long RequestId, ServerId ServerId, IActorRef Subscriber)
        : IServerRequest, IRequest<IDoneReply>;

    /// <summary>A request that the server itself answers.</summary>
    public interface IServerRequest : INodeRequest
    {
        ServerId ServerId { get; }
    }

    /// <summary>
    /// Empties the node: it takes no new transport, and the owner of each one that it has is told <see cref="SessionEvents.TransportMustMove"/>.
    /// Answered when the last has gone, or after <paramref name="Deadline"/>, whatever is left then; the node keeps taking nothing, until the
    /// drain is cancelled or the node stops. Whether it drains is in <see cref="MemberLoad.Draining"/> of the cluster's dump.
    /// </summary>
    /// <param name="RequestId">The asker's.</param>
    /// <param name="Deadline">0 … a day.</param>
    /// <param name="MayStay">No owner is told: what is there stays until it closes by itself. A later request without it tells them.</param>
    public sealed record DrainNode(long RequestId, TimeSpan Deadline, bool MayStay = false) : INodeRequest, IRequest<IDrainNodeReply>;

    /// <summary>What may answer <see cref="DrainNode"/>: <see cref="NodeDrained"/>, or <see cref="Rejected"/> when it was cancelled.</summary>
    public interface IDrainNodeReply : IWireReply;

    /// <param name="RequestId">The asker's.</param>
    /// <param name="IsEmpty">Nothing was left at the deadline.</param>
    public sealed record NodeDrained(long RequestId, bool IsEmpty) : IDrainNodeReply;

    /// <summary>The node takes transports again. Done, too, when it was not draining.</summary>
    public sealed record CancelDrain(long RequestId) : INodeRequest, IRequest<IDoneReply>;

    /// <summary>
    /// Closes everything on the node. Answered when the media plane has closed the last socket, which is after the last DTLS close_notify,
    /// or at the deadline.
    /// </summary>
    public sealed record CloseNode(long RequestId) : INoSerializationVerificationNeeded, IRequest<IDoneReply>;
}
