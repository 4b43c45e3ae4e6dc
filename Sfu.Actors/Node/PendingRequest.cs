using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Node;

/// <summary>What the media plane was asked on whose behalf.</summary>
/// <param name="RequestId">The asker's number.</param>
/// <param name="Asker">Who is answered.</param>
/// <param name="Producer">The Producer that is being added, if that is it.</param>
/// <param name="Consumer">The Consumer that is being added, if that is it.</param>
/// <param name="IsConnect">The remote parameters are being checked, if that is it.</param>
internal sealed record PendingRequest(
    long RequestId, IActorRef Asker, ProducerId? Producer = null, ConsumerId? Consumer = null, bool IsConnect = false);
