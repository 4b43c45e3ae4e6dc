using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Client;

/// <content>One method for each request; what it does and what may reject it is said at the message.</content>
public sealed partial class SfuClient
{
    /// <inheritdoc cref="RouterProtocol.CreateRouter" />
    public Task<RouterCreated> CreateRouterAsync(
        RouterId router,
        ImmutableArray<RtpCodecCapability> mediaCodecs,
        JsonText? appData = null,
        CancellationToken cancellation = default) =>
        SendAsync<RouterCreated>(
            id => new RouterProtocol.CreateRouter(id, router, mediaCodecs, appData ?? JsonText.EmptyObject),
            cancellation);

    /// <inheritdoc cref="RouterProtocol.GetRouterRtpCapabilities" />
    public Task<RouterRtpCapabilities> GetRouterRtpCapabilitiesAsync(RouterId router, CancellationToken cancellation = default) =>
        SendAsync<RouterRtpCapabilities>(id => new RouterProtocol.GetRouterRtpCapabilities(id, router), cancellation);

    /// <inheritdoc cref="RouterProtocol.CloseRouter" />
    public Task<Done> CloseRouterAsync(RouterId router, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new RouterProtocol.CloseRouter(id, router), cancellation);

    /// <inheritdoc cref="RouterProtocol.DumpRouter" />
    public Task<RouterDump> DumpRouterAsync(RouterId router, CancellationToken cancellation = default) =>
        SendAsync<RouterDump>(id => new RouterProtocol.DumpRouter(id, router), cancellation);

    /// <inheritdoc cref="RouterProtocol.CanConsume" />
    public Task<CanConsumeAnswer> CanConsumeAsync(
        RouterId router,
        ProducerId producer,
        RtpCapabilities capabilities,
        CancellationToken cancellation = default) =>
        SendAsync<CanConsumeAnswer>(id => new RouterProtocol.CanConsume(id, router, producer, capabilities), cancellation);

    /// <inheritdoc cref="RouterProtocol.CreateWebRtcTransport" />
    public Task<TransportCreated> CreateWebRtcTransportAsync(
        RouterId router,
        WebRtcTransportOptions? options = null,
        PeerId? peer = null,
        IActorRef? owner = null,
        string? region = null,
        string? zone = null,
        CancellationToken cancellation = default) =>
        SendAsync<TransportCreated>(
            id => new RouterProtocol.CreateWebRtcTransport(id, router, options ?? WebRtcTransportOptions.Default, peer, owner, region, zone),
            cancellation);

    /// <inheritdoc cref="RouterProtocol.ConnectWebRtcTransport" />
    public Task<TransportConnected> ConnectWebRtcTransportAsync(
        RouterId router,
        TransportId transport,
        DtlsParameters dtls,
        CancellationToken cancellation = default) =>
        SendAsync<TransportConnected>(id => new RouterProtocol.ConnectWebRtcTransport(id, router, transport, dtls), cancellation);

    /// <inheritdoc cref="RouterProtocol.RestartIce" />
    public Task<IceRestarted> RestartIceAsync(RouterId router, TransportId transport, CancellationToken cancellation = default) =>
        SendAsync<IceRestarted>(id => new RouterProtocol.RestartIce(id, router, transport), cancellation);

    /// <inheritdoc cref="RouterProtocol.CloseTransport" />
    public Task<Done> CloseTransportAsync(RouterId router, TransportId transport, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new RouterProtocol.CloseTransport(id, router, transport), cancellation);

    /// <inheritdoc cref="RouterProtocol.DumpTransport" />
    public Task<IDumpTransportReply> DumpTransportAsync(RouterId router, TransportId transport, CancellationToken cancellation = default) =>
        SendAsync<IDumpTransportReply>(id => new RouterProtocol.DumpTransport(id, router, transport), cancellation);

    /// <inheritdoc cref="RouterProtocol.GetTransportStats" />
    public Task<Stats> GetTransportStatsAsync(RouterId router, TransportId transport, CancellationToken cancellation = default) =>
        SendAsync<Stats>(id => new RouterProtocol.GetTransportStats(id, router, transport), cancellation);

    /// <inheritdoc cref="RouterProtocol.SetTransportBitrateLimits" />
    public Task<Done> SetTransportBitrateLimitsAsync(
        RouterId router,
        TransportId transport,
        long? maxIncoming = null,
        long? maxOutgoing = null,
        long? minOutgoing = null,
        CancellationToken cancellation = default) =>
        SendAsync<Done>(
            id => new RouterProtocol.SetTransportBitrateLimits(id, router, transport, maxIncoming, maxOutgoing, minOutgoing),
            cancellation);

    /// <inheritdoc cref="RouterProtocol.EnableTransportTrace" />
    public Task<Done> EnableTransportTraceAsync(
        RouterId router,
        TransportId transport,
        MediaTraceTypes types,
        CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new RouterProtocol.EnableTransportTrace(id, router, transport, types), cancellation);

    /// <inheritdoc cref="RouterProtocol.SubscribeTransport" />
    public Task<TransportSubscribed> SubscribeTransportAsync(
        RouterId router,
        TransportId transport,
        IActorRef subscriber,
        CancellationToken cancellation = default) =>
        SendAsync<TransportSubscribed>(id => new RouterProtocol.SubscribeTransport(id, router, transport, subscriber), cancellation);

    /// <inheritdoc cref="RouterProtocol.UnsubscribeTransport" />
    public Task<Done> UnsubscribeTransportAsync(
        RouterId router,
        TransportId transport,
        IActorRef subscriber,
        CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new RouterProtocol.UnsubscribeTransport(id, router, transport, subscriber), cancellation);

    /// <inheritdoc cref="RouterProtocol.Produce" />
    public Task<Produced> ProduceAsync(
        RouterId router,
        TransportId transport,
        MediaKind kind,
        RtpParameters rtpParameters,
        JsonText? appData = null,
        bool paused = false,
        ProducerId? producer = null,
        int keyFrameRequestDelayMs = 0,
        CancellationToken cancellation = default) =>
        SendAsync<Produced>(
            id => new RouterProtocol.Produce(id, router, transport, kind, rtpParameters, appData ?? JsonText.EmptyObject, paused, producer, keyFrameRequestDelayMs),
            cancellation);

    /// <inheritdoc cref="RouterProtocol.PauseProducer" />
    public Task<Done> PauseProducerAsync(RouterId router, ProducerId producer, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new RouterProtocol.PauseProducer(id, router, producer), cancellation);

    /// <inheritdoc cref="RouterProtocol.ResumeProducer" />
    public Task<Done> ResumeProducerAsync(RouterId router, ProducerId producer, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new RouterProtocol.ResumeProducer(id, router, producer), cancellation);

    /// <inheritdoc cref="RouterProtocol.CloseProducer" />
    public Task<Done> CloseProducerAsync(RouterId router, ProducerId producer, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new RouterProtocol.CloseProducer(id, router, producer), cancellation);

    /// <inheritdoc cref="RouterProtocol.GetProducerStats" />
    public Task<Stats> GetProducerStatsAsync(RouterId router, ProducerId producer, CancellationToken cancellation = default) =>
        SendAsync<Stats>(id => new RouterProtocol.GetProducerStats(id, router, producer), cancellation);

    /// <inheritdoc cref="RouterProtocol.EnableProducerTrace" />
    public Task<Done> EnableProducerTraceAsync(
        RouterId router,
        ProducerId producer,
        MediaTraceTypes types,
        CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new RouterProtocol.EnableProducerTrace(id, router, producer, types), cancellation);

    /// <inheritdoc cref="RouterProtocol.Consume" />
    public Task<Consumed> ConsumeAsync(
        RouterId router,
        TransportId transport,
        ProducerId producer,
        RtpCapabilities? capabilities,
        bool paused = false,
        JsonText? appData = null,
        ConsumerId? consumer = null,
        ConsumerLayers? preferredLayers = null,
        int priority = 1,
        bool ignoreDtx = false,
        bool? enableRtx = null,
        CancellationToken cancellation = default) =>
        SendAsync<Consumed>(
            id => new RouterProtocol.Consume(id, router, transport, producer, capabilities, paused, appData ?? JsonText.EmptyObject, consumer, preferredLayers, priority, ignoreDtx, enableRtx),
            cancellation);

    /// <inheritdoc cref="RouterProtocol.PauseConsumer" />
    public Task<Done> PauseConsumerAsync(RouterId router, ConsumerId consumer, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new RouterProtocol.PauseConsumer(id, router, consumer), cancellation);

    /// <inheritdoc cref="RouterProtocol.ResumeConsumer" />
    public Task<Done> ResumeConsumerAsync(RouterId router, ConsumerId consumer, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new RouterProtocol.ResumeConsumer(id, router, consumer), cancellation);

    /// <inheritdoc cref="RouterProtocol.CloseConsumer" />
    public Task<Done> CloseConsumerAsync(RouterId router, ConsumerId consumer, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new RouterProtocol.CloseConsumer(id, router, consumer), cancellation);

    /// <inheritdoc cref="RouterProtocol.RequestConsumerKeyFrame" />
    public Task<Done> RequestConsumerKeyFrameAsync(RouterId router, ConsumerId consumer, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new RouterProtocol.RequestConsumerKeyFrame(id, router, consumer), cancellation);

    /// <inheritdoc cref="RouterProtocol.SetConsumerPreferredLayers" />
    public Task<Done> SetConsumerPreferredLayersAsync(
        RouterId router,
        ConsumerId consumer,
        ConsumerLayers? layers,
        CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new RouterProtocol.SetConsumerPreferredLayers(id, router, consumer, layers), cancellation);

    /// <inheritdoc cref="RouterProtocol.SetConsumerPriority" />
    public Task<Done> SetConsumerPriorityAsync(
        RouterId router,
        ConsumerId consumer,
        int priority,
        CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new RouterProtocol.SetConsumerPriority(id, router, consumer, priority), cancellation);

    /// <inheritdoc cref="RouterProtocol.GetConsumerStats" />
    public Task<Stats> GetConsumerStatsAsync(RouterId router, ConsumerId consumer, CancellationToken cancellation = default) =>
        SendAsync<Stats>(id => new RouterProtocol.GetConsumerStats(id, router, consumer), cancellation);

    /// <inheritdoc cref="RouterProtocol.EnableConsumerTrace" />
    public Task<Done> EnableConsumerTraceAsync(
        RouterId router,
        ConsumerId consumer,
        MediaTraceTypes types,
        CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new RouterProtocol.EnableConsumerTrace(id, router, consumer, types), cancellation);

    /// <inheritdoc cref="PeerProtocol.AttachPeer" />
    public Task<PeerAttached> AttachPeerAsync(
        RouterId router,
        PeerId peer,
        IActorRef session,
        string displayName,
        RtpCapabilities? capabilities = null,
        JsonText? device = null,
        JsonText? appData = null,
        bool again = false,
        CancellationToken cancellation = default) =>
        SendAsync<PeerAttached>(
            id => new PeerProtocol.AttachPeer(id, router, peer, displayName, device ?? JsonText.EmptyObject, appData ?? JsonText.EmptyObject, session, capabilities, again),
            cancellation);

    /// <inheritdoc cref="PeerProtocol.UpdatePeer" />
    public Task<Done> UpdatePeerAsync(
        RouterId router,
        PeerId peer,
        IActorRef session,
        string? displayName = null,
        JsonText? appData = null,
        CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new PeerProtocol.UpdatePeer(id, router, peer, session, displayName, appData), cancellation);

    /// <inheritdoc cref="PeerProtocol.DetachPeer" />
    public Task<Done> DetachPeerAsync(RouterId router, PeerId peer, IActorRef session, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new PeerProtocol.DetachPeer(id, router, peer, session), cancellation);

    /// <inheritdoc cref="ClusterProtocol.DumpCluster" />
    public Task<ClusterDump> DumpClusterAsync(CancellationToken cancellation = default) =>
        SendAsync<ClusterDump>(id => new ClusterProtocol.DumpCluster(id), cancellation);

    /// <inheritdoc cref="ClusterProtocol.SubscribeCluster" />
    public Task<Done> SubscribeClusterAsync(IActorRef subscriber, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new ClusterProtocol.SubscribeCluster(id, subscriber), cancellation);

    /// <inheritdoc cref="ClusterProtocol.UnsubscribeCluster" />
    public Task<Done> UnsubscribeClusterAsync(IActorRef subscriber, CancellationToken cancellation = default) =>
        SendAsync<Done>(id => new ClusterProtocol.UnsubscribeCluster(id, subscriber), cancellation);
}
