namespace Sfu.Actors.Protocol;

/// <summary>Something that subscribers of the cluster (<see cref="ClusterProtocol.SubscribeCluster"/>) are told.</summary>
public interface IClusterEvent : IEvent
{
    /// <summary>Of the node that it is about, for instance <c>akka.tcp://sfu@10.0.0.1:4053</c>.</summary>
    string Node { get; }
}
