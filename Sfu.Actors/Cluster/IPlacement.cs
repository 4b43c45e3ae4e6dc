using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Cluster;

/// <summary>Decides which node makes a Router's next transport. Any thread; never blocks.</summary>
internal interface IPlacement
{
    /// <summary>The root actor of the node.</summary>
    /// <param name="router">Whose transport it will be.</param>
    IActorRef Choose(RouterId router);
}
