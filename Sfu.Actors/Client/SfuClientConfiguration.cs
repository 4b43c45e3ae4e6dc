using Akka.Cluster.Sharding;
using Akka.Cluster.Tools.Client;
using Akka.Cluster.Tools.PublishSubscribe;
using Akka.Cluster.Tools.Singleton;
using Akka.Configuration;
using Akka.DistributedData;
using Sfu.Actors.Hosting;
using HoconConfig = Akka.Configuration.Config;

namespace Sfu.Actors.Client;

/// <summary>What a service's own actor system needs below its own configuration to use <see cref="SfuClient"/>. Nodes of ours have it already.</summary>
public static class SfuClientConfiguration
{
    /// <summary>
    /// For a member of the cluster. The system is named <c>sfu</c>; its own configuration gives <c>akka.remote.dot-netty.tcp</c> and
    /// <c>akka.cluster.seed-nodes</c>, with roles of its own if any. Messages of its own types need a serializer of their own to cross nodes.
    /// </summary>
    public static HoconConfig Member { get; } = SfuConfiguration.AkkaReference
        .WithFallback(SfuConfiguration.SfuReference)
        .WithFallback(ClusterSharding.DefaultConfig())
        .WithFallback(DistributedData.DefaultConfig())
        .WithFallback(ClusterSingleton.DefaultConfig())
        .WithFallback(Reception);

    /// <summary>For a system of any name outside of the cluster, that nodes can reach: it needs an <c>akka.remote.dot-netty.tcp.public-hostname</c>.</summary>
    public static HoconConfig Outside { get; } = ConfigurationFactory.ParseString("akka.actor.provider = remote")
        .WithFallback(SfuConfiguration.AkkaReference)
        .WithFallback(Reception);

    /// <summary>The serializers of what clients outside and receptionists tell each other; they are read when a system starts.</summary>
    internal static HoconConfig Reception => ClusterClientReceptionist.DefaultConfig().WithFallback(DistributedPubSub.DefaultConfig());
}
