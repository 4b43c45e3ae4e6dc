using System.Collections.Immutable;
using Sfu.Actors.Cluster;
using Sfu.Media.Control;

namespace Sfu.Actors.Hosting;

/// <summary>What a node is started with: the HOCON section <c>sfu</c>, read and checked by <see cref="SfuConfiguration"/>.</summary>
/// <param name="Cluster">How the node finds the others (<c>sfu.cluster</c>).</param>
/// <param name="DtlsCertificateFile">PEM; null: a new self-signed certificate (<c>sfu.media.dtls-certificate-file</c>).</param>
/// <param name="DtlsPrivateKeyFile">PEM (<c>sfu.media.dtls-private-key-file</c>).</param>
/// <param name="Threads">How the media plane's threads work (<c>sfu.media</c>).</param>
/// <param name="Tcp">What TCP connections to it may cost (<c>sfu.web-rtc-server.tcp</c>).</param>
/// <param name="ListenInfos">Where the node's WebRtcServer listens (<c>sfu.web-rtc-server.listen-infos</c>).</param>
/// <param name="Transport">Defaults of WebRtcTransports (<c>sfu.web-rtc-transport</c>).</param>
/// <param name="PathReportInterval">The least time between two reports of a transport's changed paths (<c>sfu.web-rtc-transport.path-report-interval</c>).</param>
/// <param name="CloseDeadline">How long a shutdown waits for the media plane (<c>sfu.node.close-deadline</c>).</param>
/// <param name="DrainDeadline">How long a node that is to end gives its clients to move to another one; zero: none (<c>sfu.node.drain-deadline</c>).</param>
/// <param name="EmptyRouterLinger">How long a Router that came into being by use stays when nobody uses it (<c>sfu.router.empty-linger</c>).</param>
/// <param name="RouterGathering">How long a Router that begins waits for what carried its former incarnation (<c>sfu.router.gathering</c>).</param>
/// <param name="Pipe">Media between nodes (<c>sfu.pipe</c>).</param>
public sealed record SfuNodeOptions(
    SfuClusterOptions Cluster,
    string? DtlsCertificateFile,
    string? DtlsPrivateKeyFile,
    SfuThreadOptions Threads,
    SfuTcpOptions Tcp,
    ImmutableArray<ListenInfo> ListenInfos,
    WebRtcTransportDefaults Transport,
    TimeSpan PathReportInterval,
    TimeSpan CloseDeadline,
    TimeSpan DrainDeadline,
    TimeSpan EmptyRouterLinger,
    TimeSpan RouterGathering,
    SfuPipeOptions Pipe);

/// <summary>How the media plane's threads work.</summary>
/// <param name="Count">0: as many as the process may use processors.</param>
/// <param name="Pinned">Each keeps to a processor of its own.</param>
/// <param name="BusyPollUs">How long an idle thread looks for work before it sleeps, in microseconds.</param>
/// <param name="Nice">−20 (first) … 19 (last): who gets a processor where several want it.</param>
/// <param name="OwnProcess">They are in a process of their own.</param>
/// <param name="OwnProcessPatience">For how long it and the node put up with each other's silence; zero: for ever.</param>
public sealed record SfuThreadOptions(int Count, bool Pinned, int BusyPollUs, int Nice, bool OwnProcess, TimeSpan OwnProcessPatience);

/// <summary>What keeps strangers in check where connections have no limit.</summary>
/// <param name="UnauthenticatedTimeout">A connection on which nobody has authenticated by then is closed.</param>
/// <param name="MaxConnectionsPerRemoteIp">0: no limit.</param>
/// <param name="SendQueueBytes">What may wait for a slow reader.</param>
public sealed record SfuTcpOptions(TimeSpan UnauthenticatedTimeout, int MaxConnectionsPerRemoteIp, int SendQueueBytes);

/// <summary>Media between nodes.</summary>
/// <param name="ListenInfo">Where the ends of pipes on this node listen.</param>
/// <param name="Linger">How long a Producer still crosses when nobody beyond the pipe consumes it any more.</param>
public sealed record SfuPipeOptions(ListenInfo ListenInfo, TimeSpan Linger);

/// <summary>How a node finds the others.</summary>
/// <param name="Hostname">The address that remoting binds.</param>
/// <param name="PublicHostname">The address that the others use; null: <paramref name="Hostname"/>.</param>
/// <param name="Port">0: any free port, for a cluster of one.</param>
/// <param name="SeedNodes"><c>akka.tcp://sfu@host:port</c>, with TLS <c>akka.ssl.tcp://…</c>; empty: the node joins itself.</param>
/// <param name="Roles"><c>sfu</c> carries media, <c>gateway</c> speaks with clients.</param>
/// <param name="Shards">How many shards the Routers are spread over; the same on every node.</param>
/// <param name="Region">Where the node is; null: not said.</param>
/// <param name="Zone">Within the region; null: not said.</param>
/// <param name="Spread">Transports go to the node that suits best, not to the one that holds their Router.</param>
/// <param name="Placement">When a Router is taken to another node.</param>
/// <param name="LoadInterval">How often a node measures its load and tells of it, where it has changed.</param>
/// <param name="DumpDeadline">How long an answer about the whole cluster waits for a node.</param>
public sealed record SfuClusterOptions(
    string Hostname, string? PublicHostname, int Port, ImmutableArray<string> SeedNodes, ImmutableArray<string> Roles, int Shards,
    string? Region, string? Zone, bool Spread, PlacementRules Placement, TimeSpan LoadInterval, TimeSpan DumpDeadline)
{
    public const string SfuRole = "sfu";

    public const string GatewayRole = "gateway";

    /// <summary>Every role there is.</summary>
    public static ImmutableArray<string> AllRoles { get; } = [SfuRole, GatewayRole];

    public bool Has(string role) => Roles.Contains(role);

    /// <summary>Nodes show each other certificates (<c>sfu.cluster.tls</c>); null: remoting is plain TCP.</summary>
    public ClusterTls? Tls { get; init; }
}
