using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Media.Control;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Protocol;

/// <summary>
/// What a Router is asked. Send each to the shard region (key <c>RouterRegion</c>); the answer comes to the sender, from whichever actor
/// finished the work. A Router comes into being with the node's default codecs by the first <see cref="GetRouterRtpCapabilities"/>,
/// <see cref="CreateWebRtcTransport"/> (or another transport) or <see cref="PeerProtocol.AttachPeer"/>, or with codecs of choice by <see cref="CreateRouter"/>;
/// one that came into being by use ends by itself when it stays without peers and transports. In the first moments of a Router (<c>sfu.router.gathering</c>)
/// what is asked about something it does not know waits: it may go on elsewhere, and hear of that in a moment.
/// </summary>
public static class RouterProtocol
{
    public sealed record GetRouterRtpCapabilities(long RequestId, RouterId RouterId) : IRouterMessage, IRequest<IRouterRtpCapabilitiesReply>;

    /// <summary><see cref="SfuErrorCode.AlreadyExists"/> when it does, <see cref="SfuErrorCode.InvalidParameters"/> for codecs that the node does not know.</summary>
    public sealed record CreateRouter(long RequestId, RouterId RouterId, ImmutableArray<RtpCodecCapability> MediaCodecs, JsonText AppData)
        : IRouterMessage, IRequest<ICreateRouterReply>;

    /// <summary>Closes the Router with everything it carries.</summary>
    public sealed record CloseRouter(long RequestId, RouterId RouterId) : IRouterMessage, IRequest<IDoneReply>;

    /// <summary>Creates a WebRtcTransport on a node of the cluster's choice.</summary>
    /// <param name="RequestId">The asker's.</param>
    /// <param name="RouterId">The Router.</param>
    /// <param name="Options">Null members take the node's defaults.</param>
    /// <param name="PeerId">The peer whose transport it is: closes when that peer leaves, and its Producers are announced as the peer's.</param>
    /// <param name="Owner">Gets the transport's events, and takes the transport along when it stops. Null: nobody does.</param>
    /// <param name="Region">Where the client is, by the nodes' <c>sfu.cluster.region</c>. A hint; null: not known.</param>
    /// <param name="Zone">Within the region, by <c>sfu.cluster.zone</c>.</param>
    public sealed record CreateWebRtcTransport(
        long RequestId, RouterId RouterId, WebRtcTransportOptions Options, PeerId? PeerId, IActorRef? Owner, string? Region = null, string? Zone = null)
        : IRouterMessage, IRequest<ICreateTransportReply>
    {
        /// <summary>
        /// Addresses of nodes that the asker takes for lost, for instance <c>akka.tcp://sfu@10.0.0.1:4053</c>: the Router may hear of that
        /// later. Another node is chosen if there is one.
        /// </summary>
        public ImmutableArray<string> Avoid { get; init; } = [];
    }

    /// <summary>Gives the peer's DTLS parameters. Once: the second is <see cref="SfuErrorCode.InvalidState"/>.</summary>
    public sealed record ConnectWebRtcTransport(long RequestId, RouterId RouterId, TransportId TransportId, DtlsParameters DtlsParameters)
        : ITransportRequest, IRequest<IConnectTransportReply>;

    public sealed record RestartIce(long RequestId, RouterId RouterId, TransportId TransportId) : ITransportRequest, IRequest<IRestartIceReply>;

    /// <summary>
    /// Creates a PlainTransport: for programs that speak RTP without ICE and DTLS. It has UDP sockets of its own, and takes Producers and
    /// Consumers like any transport, Producers also before it is connected.
    /// </summary>
    /// <param name="RequestId">The asker's.</param>
    /// <param name="RouterId">The Router.</param>
    /// <param name="Options">Where it listens and how it finds its peer.</param>
    /// <param name="PeerId">As for <see cref="CreateWebRtcTransport"/>.</param>
    /// <param name="Owner">As for <see cref="CreateWebRtcTransport"/>.</param>
    public sealed record CreatePlainTransport(long RequestId, RouterId RouterId, PlainTransportOptions Options, PeerId? PeerId, IActorRef? Owner)
        : IRouterMessage, IRequest<ICreatePlainTransportReply>;

    /// <summary>
    /// Says who is on the other side. Once: the second is <see cref="SfuErrorCode.InvalidState"/>. An address that is missing, or given with
    /// comedia, which learns it, and a key that is missing, superfluous or not of the suite are <see cref="SfuErrorCode.InvalidParameters"/>;
    /// then it may be tried again.
    /// </summary>
    /// <param name="RequestId">The asker's.</param>
    /// <param name="RouterId">The Router.</param>
    /// <param name="TransportId">Which.</param>
    /// <param name="Ip">The other side's IPv4 or IPv6 address; null with comedia.</param>
    /// <param name="Port">Its port for RTP; null with comedia.</param>
    /// <param name="RtcpPort">Its port for RTCP; null with <see cref="PlainTransportOptions.RtcpMux"/>.</param>
    /// <param name="SrtpParameters">The key that it protects with; null without SRTP.</param>
    public sealed record ConnectPlainTransport(
        long RequestId, RouterId RouterId, TransportId TransportId, string? Ip, ushort? Port, ushort? RtcpPort, SrtpParameters? SrtpParameters)
        : ITransportRequest, IRequest<IConnectPlainTransportReply>;

    /// <summary>
    /// Creates one end of a pipe. What it consumes leaves as it is, all encodings, to be produced with the same parameters on the other end,
    /// which belongs to another Router. <see cref="PipeToRouter"/> does all of that.
    /// </summary>
    /// <param name="RequestId">The asker's.</param>
    /// <param name="RouterId">The Router.</param>
    /// <param name="Options">Where it listens.</param>
    /// <param name="Owner">As for <see cref="CreateWebRtcTransport"/>.</param>
    public sealed record CreatePipeTransport(long RequestId, RouterId RouterId, PipeTransportOptions Options, IActorRef? Owner)
        : IRouterMessage, IRequest<ICreatePlainTransportReply>;

    /// <summary>As <see cref="ConnectPlainTransport"/>, with the address and key of the other end.</summary>
    public sealed record ConnectPipeTransport(
        long RequestId, RouterId RouterId, TransportId TransportId, string Ip, ushort Port, SrtpParameters? SrtpParameters)
        : ITransportRequest, IRequest<IConnectPlainTransportReply>;

    /// <summary>
    /// Has a Producer in another Router, too, wherever in the cluster the two live: by a pipe, which all requests for the same two Routers share,
    /// in this direction. What becomes of the Producer becomes of the piped one: pause, resume, close; when that is closed it leaves the Router
    /// no more. The pipe closes with either Router. <see cref="SfuErrorCode.NotFound"/> for a Producer that is not there,
    /// <see cref="SfuErrorCode.InvalidParameters"/> for the Router itself as target, <see cref="SfuErrorCode.AlreadyExists"/> when the target has
    /// a Producer of the id.
    /// </summary>
    /// <param name="RequestId">The asker's.</param>
    /// <param name="RouterId">The Router that has the Producer.</param>
    /// <param name="ProducerId">Which.</param>
    /// <param name="TargetRouterId">The other Router; comes into being by this where it is not there.</param>
    /// <param name="ListenInfo">As <see cref="PipeTransportOptions.ListenInfo"/> of both ends, for the first request of a pair.</param>
    /// <param name="EnableSrtp">As <see cref="PipeTransportOptions.EnableSrtp"/>, for the first request of a pair.</param>
    /// <param name="EnableRtx">As <see cref="PipeTransportOptions.EnableRtx"/>, for the first request of a pair.</param>
    /// <param name="KeepId">The piped Producer has the same id; otherwise a new one.</param>
    public sealed record PipeToRouter(
        long RequestId,
        RouterId RouterId,
        ProducerId ProducerId,
        RouterId TargetRouterId,
        ListenInfo? ListenInfo = null,
        bool EnableSrtp = false,
        bool EnableRtx = false,
        bool KeepId = true) : IRouterMessage, IRequest<IPipeToRouterReply>;

    /// <summary>Once closed, or closing, it is <see cref="Done"/> again, as for Producers and Consumers: who asks twice gets what he wants.</summary>
    public sealed record CloseTransport(long RequestId, RouterId RouterId, TransportId TransportId) : ITransportRequest, IRequest<IDoneReply>;

    public sealed record GetTransportStats(long RequestId, RouterId RouterId, TransportId TransportId) : ITransportRequest, IRequest<IStatsReply>;

    /// <summary>
    /// From now on <paramref name="Subscriber"/> gets the events that the transport's owner gets, after a
    /// <see cref="SessionEvents.TransportState"/> that says what there is; until it unsubscribes, stops, or the transport closes. It need not
    /// be a peer, nor on the transport's node, though each subscriber elsewhere is one watch between nodes: for many transports, use one
    /// that hands on. Who subscribes again gets the state again and each event once.
    /// </summary>
    public sealed record SubscribeTransport(long RequestId, RouterId RouterId, TransportId TransportId, IActorRef Subscriber)
        : ITransportRequest, IRequest<ISubscribeTransportReply>;

    /// <summary>Nothing more comes behind the answer. Done, too, for who has not subscribed. An owner stays the owner.</summary>
    public sealed record UnsubscribeTransport(long RequestId, RouterId RouterId, TransportId TransportId, IActorRef Subscriber)
        : ITransportRequest, IRequest<IDoneReply>;

    /// <summary>Changes what is not null, of both directions, in bit/s. 0 lifts a limit.</summary>
    /// <param name="RequestId">The asker's.</param>
    /// <param name="RouterId">The Router.</param>
    /// <param name="TransportId">Which.</param>
    /// <param name="MaxIncoming">mediasoup's <c>setMaxIncomingBitrate</c>: the client is told to send no more.</param>
    /// <param name="MaxOutgoing"><c>setMaxOutgoingBitrate</c>: the estimate of the path to the client is never taken to be more. 30,000 at least, and not less than the least.</param>
    /// <param name="MinOutgoing"><c>setMinOutgoingBitrate</c>: nor less. 30,000 at least, and not more than the most.</param>
    public sealed record SetTransportBitrateLimits(
        long RequestId, RouterId RouterId, TransportId TransportId, long? MaxIncoming = null, long? MaxOutgoing = null, long? MinOutgoing = null)
        : ITransportRequest, IRequest<IDoneReply>;

    /// <summary>
    /// From now on these, <see cref="MediaTraceTypes.Bwe"/> and <see cref="MediaTraceTypes.Probation"/>, and only these are told by
    /// <see cref="SessionEvents.TransportTraced"/>.
    /// </summary>
    public sealed record EnableTransportTrace(long RequestId, RouterId RouterId, TransportId TransportId, MediaTraceTypes Types)
        : ITransportRequest, IRequest<IDoneReply>;

    /// <summary>Describes the transport with all it carries.</summary>
    public sealed record DumpTransport(long RequestId, RouterId RouterId, TransportId TransportId) : ITransportRequest, IRequest<IDumpTransportReply>;

    /// <summary>Adds a Producer to a transport; to a WebRtcTransport when it is connected, or connecting.</summary>
    /// <param name="RequestId">The asker's.</param>
    /// <param name="RouterId">The Router.</param>
    /// <param name="TransportId">The transport that receives it.</param>
    /// <param name="Kind">Audio or video.</param>
    /// <param name="RtpParameters">As the client sends.</param>
    /// <param name="AppData">Handed on to who consumes.</param>
    /// <param name="Paused">Start paused.</param>
    /// <param name="ProducerId">An id of choice; null: a new one.</param>
    /// <param name="KeyFrameRequestDelayMs">Least time between two key-frame requests; 0: the media plane's default.</param>
    public sealed record Produce(
        long RequestId,
        RouterId RouterId,
        TransportId TransportId,
        MediaKind Kind,
        RtpParameters RtpParameters,
        JsonText AppData,
        bool Paused = false,
        ProducerId? ProducerId = null,
        int KeyFrameRequestDelayMs = 0) : ITransportRequest, IRequest<IProduceReply>;

    public sealed record PauseProducer(long RequestId, RouterId RouterId, ProducerId ProducerId) : IProducerRequest, IRequest<IDoneReply>;

    public sealed record ResumeProducer(long RequestId, RouterId RouterId, ProducerId ProducerId) : IProducerRequest, IRequest<IDoneReply>;

    public sealed record CloseProducer(long RequestId, RouterId RouterId, ProducerId ProducerId) : IProducerRequest, IRequest<IDoneReply>;

    public sealed record GetProducerStats(long RequestId, RouterId RouterId, ProducerId ProducerId) : IProducerRequest, IRequest<IStatsReply>;

    /// <summary>From now on these, and only these, are told by <see cref="SessionEvents.ProducerTraced"/>. All but those of transports.</summary>
    public sealed record EnableProducerTrace(long RequestId, RouterId RouterId, ProducerId ProducerId, MediaTraceTypes Types)
        : IProducerRequest, IRequest<IDoneReply>;

    /// <summary>Adds a Consumer of a Producer to a transport, connected or not.</summary>
    /// <param name="RequestId">The asker's.</param>
    /// <param name="RouterId">The Router.</param>
    /// <param name="TransportId">The transport that sends it.</param>
    /// <param name="ProducerId">Of the same Router.</param>
    /// <param name="RtpCapabilities">What the consuming client can receive; null: what its peer said when it attached. An end of a pipe takes everything.</param>
    /// <param name="Paused">Start paused: create so, tell the client, then <see cref="ResumeConsumer"/>.</param>
    /// <param name="AppData">Kept with the Consumer.</param>
    /// <param name="ConsumerId">An id of choice; null: a new one.</param>
    /// <param name="PreferredLayers">As <see cref="SetConsumerPreferredLayers"/>; null: the highest there are.</param>
    /// <param name="Priority">As <see cref="SetConsumerPriority"/>.</param>
    /// <param name="IgnoreDtx">Do not forward Opus packets that carry no sound.</param>
    /// <param name="EnableRtx">Whether lost packets are sent again. Null: of video yes, of audio no. An end of a pipe goes by <see cref="PipeTransportOptions.EnableRtx"/>.</param>
    public sealed record Consume(
        long RequestId,
        RouterId RouterId,
        TransportId TransportId,
        ProducerId ProducerId,
        RtpCapabilities? RtpCapabilities,
        bool Paused,
        JsonText AppData,
        ConsumerId? ConsumerId = null,
        ConsumerLayers? PreferredLayers = null,
        int Priority = 1,
        bool IgnoreDtx = false,
        bool? EnableRtx = null) : ITransportRequest, IRequest<IConsumeReply>;

    public sealed record PauseConsumer(long RequestId, RouterId RouterId, ConsumerId ConsumerId) : IConsumerRequest, IRequest<IDoneReply>;

    public sealed record ResumeConsumer(long RequestId, RouterId RouterId, ConsumerId ConsumerId) : IConsumerRequest, IRequest<IDoneReply>;

    public sealed record RequestConsumerKeyFrame(long RequestId, RouterId RouterId, ConsumerId ConsumerId) : IConsumerRequest, IRequest<IDoneReply>;

    /// <summary>
    /// The highest layers to forward. What is beyond the Producer's is brought down to its highest; null, and a null temporal layer, stand for
    /// the highest. A Consumer of one layer accepts it, and is not changed by it. What comes of it is <see cref="SessionEvents.ConsumerLayersChanged"/>.
    /// </summary>
    public sealed record SetConsumerPreferredLayers(long RequestId, RouterId RouterId, ConsumerId ConsumerId, ConsumerLayers? Layers)
        : IConsumerRequest, IRequest<IDoneReply>;

    /// <summary>Who gets more of the path to the client when it is narrow: 1 … 255; the default is 1.</summary>
    public sealed record SetConsumerPriority(long RequestId, RouterId RouterId, ConsumerId ConsumerId, int Priority)
        : IConsumerRequest, IRequest<IDoneReply>;

    public sealed record CloseConsumer(long RequestId, RouterId RouterId, ConsumerId ConsumerId) : IConsumerRequest, IRequest<IDoneReply>;

    public sealed record GetConsumerStats(long RequestId, RouterId RouterId, ConsumerId ConsumerId) : IConsumerRequest, IRequest<IStatsReply>;

    /// <summary>From now on these, and only these, are told by <see cref="SessionEvents.ConsumerTraced"/>. All but those of transports.</summary>
    public sealed record EnableConsumerTrace(long RequestId, RouterId RouterId, ConsumerId ConsumerId, MediaTraceTypes Types)
        : IConsumerRequest, IRequest<IDoneReply>;

    /// <summary>Whether the Producer exists and the capabilities have a codec for it. False, not an error, for an unknown Producer.</summary>
    public sealed record CanConsume(long RequestId, RouterId RouterId, ProducerId ProducerId, RtpCapabilities RtpCapabilities)
        : IRouterMessage, IRequest<ICanConsumeReply>;

    public sealed record DumpRouter(long RequestId, RouterId RouterId) : IRouterMessage, IRequest<IDumpRouterReply>;
}
