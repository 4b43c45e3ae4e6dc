using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>A PipeTransport, as one end of a <see cref="PipePair"/>.</summary>
internal sealed record PipeEnd(TransportId TransportId, IActorRef Transport);
