using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Client;

/// <content>Transports without ICE and DTLS, and Producers that another Router has, too.</content>
public sealed partial class SfuClient
{
    /// <inheritdoc cref="RouterProtocol.CreatePlainTransport" />
    public Task<PlainTransportCreated> CreatePlainTransportAsync(
        RouterId router,
        PlainTransportOptions options,
        PeerId? peer = null,
        IActorRef? owner = null,
        CancellationToken cancellation = default) =>
        SendAsync<PlainTransportCreated>(id => new RouterProtocol.CreatePlainTransport(id, router, options, peer, owner), cancellation);

    /// <inheritdoc cref="RouterProtocol.ConnectPlainTransport" />
    public Task<PlainTransportConnected> ConnectPlainTransportAsync(
        RouterId router,
        TransportId transport,
        string? ip = null,
        ushort? port = null,
        ushort? rtcpPort = null,
        SrtpParameters? srtpParameters = null,
        CancellationToken cancellation = default) =>
        SendAsync<PlainTransportConnected>(
            id => new RouterProtocol.ConnectPlainTransport(id, router, transport, ip, port, rtcpPort, srtpParameters),
            cancellation);

    /// <inheritdoc cref="RouterProtocol.CreatePipeTransport" />
    public Task<PlainTransportCreated> CreatePipeTransportAsync(
        RouterId router,
        PipeTransportOptions options,
        IActorRef? owner = null,
        CancellationToken cancellation = default) =>
        SendAsync<PlainTransportCreated>(id => new RouterProtocol.CreatePipeTransport(id, router, options, owner), cancellation);

    /// <inheritdoc cref="RouterProtocol.ConnectPipeTransport" />
    public Task<PlainTransportConnected> ConnectPipeTransportAsync(
        RouterId router,
        TransportId transport,
        string ip,
        ushort port,
        SrtpParameters? srtpParameters = null,
        CancellationToken cancellation = default) =>
        SendAsync<PlainTransportConnected>(
            id => new RouterProtocol.ConnectPipeTransport(id, router, transport, ip, port, srtpParameters),
            cancellation);

    /// <inheritdoc cref="RouterProtocol.PipeToRouter" />
    public Task<PipedToRouter> PipeToRouterAsync(
        RouterId router,
        ProducerId producer,
        RouterId target,
        ListenInfo? listenInfo = null,
        bool enableSrtp = false,
        bool enableRtx = false,
        bool keepId = true,
        CancellationToken cancellation = default) =>
        SendAsync<PipedToRouter>(
            id => new RouterProtocol.PipeToRouter(id, router, producer, target, listenInfo, enableSrtp, enableRtx, keepId),
            cancellation);
}
