using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>One request to pipe a Producer to another Router, on its way. Part of the <see cref="PipeToRouterActor"/>.</summary>
internal sealed class Piping(RouterProtocol.PipeToRouter request, IActorRef asker)
{
    private int _missing = 3;

    public RouterProtocol.PipeToRouter Request { get; } = request;

    public IActorRef Asker { get; } = asker;

    public Consumed? Consumed { get; set; }

    public ProducerId? PipedId { get; set; }

    /// <summary>True with the last one: both ends follow each other, and media flows.</summary>
    public bool StepDone() => --_missing == 0;
}
