using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>The two ends of a pipe from one Router to another. Part of the <see cref="PipeToRouterActor"/>.</summary>
internal sealed class PipePair
{
    private int _missing = 4;

    /// <summary>One that is about to be made.</summary>
    public PipePair()
    {
    }

    /// <summary>One that is there already.</summary>
    public PipePair(PipeEnd near, PipeEnd far) => (Near, Far, _missing) = (near, far, 0);

    public PipeEnd? Near { get; set; }

    public PipeEnd? Far { get; set; }

    /// <summary>The end that came to be first, until both are there.</summary>
    public PlainTransportCreated? Other { get; set; }

    public bool IsOpen => _missing == 0;

    /// <summary>True with the last one: both are connected, and joined.</summary>
    public bool StepDone() => --_missing == 0;

    public bool Has(IActorRef actor) => actor.Equals(Near?.Transport) || actor.Equals(Far?.Transport);
}
