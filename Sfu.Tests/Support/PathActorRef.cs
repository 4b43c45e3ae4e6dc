using Akka.Actor;

namespace Sfu.Tests.Support;

/// <summary>An actor that is nowhere, for what only compares actors.</summary>
internal sealed class PathActorRef(ActorPath path) : MinimalActorRef
{
    public override ActorPath Path => path;

    public override IActorRefProvider Provider => throw new NotSupportedException();
}
