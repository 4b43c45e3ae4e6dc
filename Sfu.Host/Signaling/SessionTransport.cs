using Akka.Actor;

namespace Sfu.Host.Signaling;

/// <summary>A transport of this session.</summary>
/// <param name="Consuming">The client wants to receive by it.</param>
/// <param name="Actor">The transport itself.</param>
/// <param name="IsLeaving">Its node is being emptied: nothing new goes to it.</param>
internal sealed record SessionTransport(bool Consuming, IActorRef Actor, bool IsLeaving = false)
{
    /// <summary>Where it lives.</summary>
    public Address Node => Actor.Path.Address;
}
