using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Cluster;

/// <summary>A transport that looks for a node.</summary>
/// <param name="Router">Whose it will be.</param>
/// <param name="Carries">Whether the Router has, or is about to have, transports on a node, given its root actor.</param>
/// <param name="Server">The WebRtcServer it will listen with; null: none that was there before.</param>
/// <param name="Region">Where its client is; null: not known.</param>
/// <param name="Zone">Within the region.</param>
internal sealed record PlacementRequest(RouterId Router, Predicate<IActorRef> Carries, ServerId? Server = null, string? Region = null, string? Zone = null)
{
    /// <summary>Which node the Router itself is on, given its root actor; null: none of them.</summary>
    public Predicate<IActorRef>? Home { get; init; }

    public bool IsHome(IActorRef node) => Home?.Invoke(node) == true;
}
