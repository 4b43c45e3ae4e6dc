using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>A transport, as Router and branches keep it.</summary>
/// <param name="TransportId">World-wide.</param>
/// <param name="PeerId">Whose it is.</param>
/// <param name="Owner">Who gets its events.</param>
/// <param name="Open">Its media twin listens; false while it opens.</param>
/// <param name="Kind">What it is.</param>
internal sealed record TransportRecord(
    TransportId TransportId, PeerId? PeerId, IActorRef? Owner, bool Open, TransportKind Kind = TransportKind.WebRtc);
