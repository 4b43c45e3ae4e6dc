using Akka.Actor;

namespace Sfu.Actors.Node;

/// <summary>How this node's parents treat a child that throws.</summary>
internal static class Supervision
{
    /// <summary>
    /// Stops it alone. Akka's default, restart, would keep its watchers in the belief that it lives, with its state and its media twin lost.
    /// </summary>
    public static SupervisorStrategy StopAlone { get; } = new OneForOneStrategy(_ => Directive.Stop);
}
