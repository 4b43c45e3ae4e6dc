using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Routing;

/// <summary>An attached peer, as Router and branches keep it.</summary>
internal sealed record PeerRecord(PeerInfo Info, IActorRef Session, RtpCapabilities? RtpCapabilities);
