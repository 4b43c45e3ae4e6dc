using Akka.Actor;

namespace Sfu.Host.Signaling;

/// <summary>A transport of this session.</summary>
/// <param name="Consuming">The client wants to receive by it.</param>
/// <param name="Node">Where it lives.</param>
/// <param name="IsLeaving">Its node is being emptied: nothing new goes to it.</param>
internal sealed record SessionTransport(bool Consuming, Address Node, bool IsLeaving = false);
