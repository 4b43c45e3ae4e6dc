using Akka.Actor;
using Sfu.Actors.Node;

namespace Sfu.Actors.Routing;

/// <summary>A transport as its Router holds it.</summary>
/// <param name="Record">What is known of it.</param>
/// <param name="Node">The node that carries it.</param>
/// <param name="Branch">The Router's branch there; null until the branch has announced itself.</param>
/// <param name="Asker">Who waits for it to open, or to hear that it cannot; null once it is open.</param>
internal sealed record TransportEntry(TransportRecord Record, IActorRef Node, IActorRef? Branch, PendingRequest? Asker = null)
{
    /// <summary>Where messages for the transport go; the node forwards to its branch.</summary>
    public IActorRef Way => Branch ?? Node;
}
