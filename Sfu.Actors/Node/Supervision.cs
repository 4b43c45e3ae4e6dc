using Akka.Actor;

namespace Sfu.Actors.Node;

/// <summary>How this node's parents treat a child that throws.</summary>
internal static class Supervision
{
    /// <summary>
    /// Stops it alone. Akka's default, restart, would keep its watchers in the belief that it lives, with its state and its media twin lost.
    /// </summary>
    public static SupervisorStrategy StopAlone { get; } = new OneForOneStrategy(_ => Directive.Stop);

    /// <summary>
    /// The same, and says so before the child's own children end: they are suspended by then, and will not hear it from their parent.
    /// </summary>
    /// <param name="failing">Runs in the supervising actor.</param>
    public static SupervisorStrategy StopAloneAfter(Action<IActorRef> failing) => new AnnouncedStop(failing);

    private sealed class AnnouncedStop(Action<IActorRef> failing) : OneForOneStrategy(_ => Directive.Stop)
    {
        protected override Directive Handle(IActorRef child, Exception exception)
        {
            failing(child);
            return base.Handle(child, exception);
        }
    }
}
