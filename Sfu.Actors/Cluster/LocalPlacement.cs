using Akka.Actor;

namespace Sfu.Actors.Cluster;

/// <summary>All of a Router's transports are made where the Router is.</summary>
internal sealed class LocalPlacement(IActorRef localNode) : IPlacement
{
    public IActorRef Choose(PlacementRequest request) => localNode;
}
