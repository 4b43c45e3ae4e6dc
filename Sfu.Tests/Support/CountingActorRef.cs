using Akka.Actor;

namespace Sfu.Tests.Support;

/// <summary>Counts what it is told, and keeps nothing. Any thread.</summary>
internal sealed class CountingActorRef : MinimalActorRef
{
    private int _told;

    public int Told => Volatile.Read(ref _told);

    public override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / "counting";

    public override IActorRefProvider Provider => throw new NotSupportedException();

    protected override void TellInternal(object message, IActorRef sender) => Interlocked.Increment(ref _told);
}
