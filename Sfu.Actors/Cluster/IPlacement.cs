using Akka.Actor;

namespace Sfu.Actors.Cluster;

/// <summary>Decides which node makes a Router's next transport. Any thread; never blocks.</summary>
internal interface IPlacement
{
    /// <summary>The root actor of the node, which counts as given a transport; null where no node takes it.</summary>
    IActorRef? Choose(PlacementRequest request);
}
