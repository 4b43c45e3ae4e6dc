using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Hosting;
using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Client;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Sfu.Actors.Client;
using Sfu.Actors.Cluster;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;
using Sfu.Media.Net;
using Sfu.Media.Wire;

namespace Sfu.Actors.Hosting;

/// <summary>Adds an SFU node to an actor system.</summary>
public static class SfuNodeHosting
{
    /// <summary>The sharding type name of Routers.</summary>
    public const string RouterTypeName = "router";

    private static readonly TimeSpan _closeSlack = TimeSpan.FromSeconds(1);

    /// <summary>A lost node's Routers live again by then. Sessions wait longer for an answer.</summary>
    private static readonly TimeSpan _routerPatience = TimeSpan.FromSeconds(10);

    /// <summary>For the node's actors to have heard of each other.</summary>
    private static readonly TimeSpan _startPatience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Adds remoting, cluster, serialization and the actors of one node. Registers <see cref="RouterRegion"/>, <see cref="SfuMember"/>, and <see cref="SfuNode"/>
    /// where the node has the role <c>sfu</c>. Without seed nodes the cluster joins itself. On the way down every transport closes with a
    /// DTLS close_notify before the node leaves the cluster; the media plane is the caller's to dispose of afterwards.
    /// </summary>
    /// <param name="builder">Of a system named <c>sfu</c>.</param>
    /// <param name="configuration">Checked options; its HOCON is added with the highest precedence.</param>
    /// <param name="media">The media plane of the process; null on a node without the role <c>sfu</c>, which carries no media.</param>
    /// <param name="random">For SSRCs; null: the system's.</param>
    public static AkkaConfigurationBuilder WithSfuNode(
        this AkkaConfigurationBuilder builder, SfuConfiguration configuration, IMediaPlane? media, IRandomSource? random = null) =>
        builder.WithSfuNode(configuration, media, random, placement: null);

    /// <param name="builder">See above.</param>
    /// <param name="configuration">See above.</param>
    /// <param name="media">See above.</param>
    /// <param name="random">See above.</param>
    /// <param name="placement">Made once, with the system and the placement that the configuration asks for. Null: that one.</param>
    internal static AkkaConfigurationBuilder WithSfuNode(
        this AkkaConfigurationBuilder builder,
        SfuConfiguration configuration,
        IMediaPlane? media,
        IRandomSource? random,
        Func<ActorSystem, IPlacement, IPlacement>? placement)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configuration);
        var options = configuration.Options;
        if (media is null && options.Cluster.Has(SfuClusterOptions.SfuRole))
        {
            throw new ArgumentException("A node with the role sfu needs a media plane.", nameof(media));
        }

        var cluster = options.Cluster;
        if (cluster.Tls is { } tls)
        {
            builder.AddSetup(tls.Setup).AddHocon("akka.remote.dot-netty.tcp.enable-ssl = on", HoconAddMode.Prepend);
        }

        return builder
            .AddHocon(configuration.Config, HoconAddMode.Prepend)
            .AddHocon(SfuClientConfiguration.Reception, HoconAddMode.Append)
            .WithStrictSerialization()
            .WithRemoting(new RemoteOptions
            {
                HostName = cluster.Hostname,
                PublicHostName = cluster.PublicHostname ?? cluster.Hostname,
                Port = cluster.Port,
            })
            .WithClustering(new ClusterOptions { Roles = [.. cluster.Roles], SeedNodes = [.. cluster.SeedNodes] })
            .WithActors(async (system, registry) =>
            {
                if (cluster.SeedNodes.IsEmpty)
                {
                    var self = Akka.Cluster.Cluster.Get(system);
                    self.Join(self.SelfAddress);
                }

                if (media is not null && cluster.Has(SfuClusterOptions.SfuRole))
                {
                    var context = new NodeContext(media, options, new RouterOrtc(random ?? SystemRandom.Instance));
                    await StartNodeAsync(system, registry, context, placement).ConfigureAwait(false);
                }
                else
                {
                    registry.Register<RouterRegion>(await ClusterSharding.Get(system).StartProxyAsync(
                        RouterTypeName, SfuClusterOptions.SfuRole, new RouterMessageExtractor(cluster.Shards)).ConfigureAwait(false));
                }

                StartMember(system, registry, new ClusterMemberSettings(cluster.DumpDeadline));
            });
    }

    /// <summary>What every node has, whatever its roles.</summary>
    private static void StartMember(ActorSystem system, IActorRegistry registry, ClusterMemberSettings settings)
    {
        var region = registry.Get<RouterRegion>();
        var node = registry.TryGet<SfuNode>(out var carrier) ? carrier : null;
        var member = system.ActorOf(ClusterMemberActor.Props(node, region, settings), ClusterMembers.MemberActorName);
        registry.Register<SfuMember>(member);
        var cluster = Akka.Cluster.Cluster.Get(system);
        system.ActorOf(MemberProbeActor.Props(cluster), "member-probe");
        system.ActorOf(LostRegionsActor.Props(region, cluster), "lost-regions");
        system.ActorOf(LostRequestsActor.Props(region, _routerPatience), "lost-requests");
        var reception = system.ActorOf(ReceptionActor.Props(region, member), ClusterMembers.ReceptionActorName);
        ClusterClientReceptionist.Get(system).RegisterService(reception);
    }

    private static async Task StartNodeAsync(ActorSystem system, IActorRegistry registry, NodeContext context, Func<ActorSystem, IPlacement, IPlacement>? wrap)
    {
        var node = system.ActorOf(SfuNodeActor.Props(context), "sfu-node");
        registry.Register<SfuNode>(node);
        var cluster = context.Options.Cluster;
        var spread = new ClusterPlacement(cluster.Placement);
        var load = system.ActorOf(ClusterLoadActor.Props(context, node, spread), "cluster-load");
        await load.Ask<Akka.Done>(ClusterLoadActor.WhenOffered.Instance, _startPatience).ConfigureAwait(false);
        IPlacement placement = cluster.Spread ? spread : new LocalPlacement(node);
        placement = wrap?.Invoke(system, placement) ?? placement;
        var region = await ClusterSharding.Get(system).StartAsync(
            RouterTypeName,
            id => RouterActor.Props(new RouterId(id), context, placement),
            ClusterShardingSettings.Create(system).WithRole(SfuClusterOptions.SfuRole),
            new RouterMessageExtractor(context.Options.Cluster.Shards),
            new RouterAllocationStrategy(),
            RouterHandOff.Instance).ConfigureAwait(false);
        node.Tell(new SfuNodeActor.UseRegion(region), ActorRefs.NoSender);
        registry.Register<RouterRegion>(region);
        CoordinatedShutdown.Get(system).AddTask(
            CoordinatedShutdown.PhaseBeforeClusterShutdown,
            "close-transports",
            async () =>
            {
                await node.Ask<IDoneReply>(new NodeProtocol.CloseNode(0), context.Options.CloseDeadline + _closeSlack).ConfigureAwait(false);
                return Akka.Done.Instance;
            });
    }
}
