using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>An observer as its Router holds it.</summary>
internal sealed class ObserverEntry(ObserverId id, ObserverKind kind, IActorRef actor)
{
    public ObserverId Id { get; } = id;

    public ObserverKind Kind { get; } = kind;

    public IActorRef Actor { get; } = actor;

    /// <summary>Whom it listens to when it is not paused.</summary>
    public HashSet<ProducerId> Producers { get; } = [];

    public bool Paused { get; set; }
}
