using Akka.Actor;

namespace Sfu.Actors.Bridge;

/// <summary>
/// Where a media thread leaves news of one kind until an actor takes them all at once. The actor has one message about them in its mailbox
/// at most, however many there are; what waits here is bounded by how <typeparamref name="TNews"/> folds.
/// </summary>
/// <remarks>One media thread reports, one actor takes; neither waits for the other. The only thing shared is one reference.</remarks>
/// <typeparam name="TNews">Immutable.</typeparam>
internal abstract class NewsMailbox<TNews>(IActorRef actor)
    where TNews : class
{
    private TNews? _pending;

    /// <summary>What there is when nothing is.</summary>
    protected abstract TNews None { get; }

    /// <summary>Says that there is something to take.</summary>
    protected abstract object WakeUp { get; }

    /// <summary>Actor only. The news since the last call; the next one sends a message again.</summary>
    public TNews Take() => Interlocked.Exchange(ref _pending, null) ?? None;

    /// <summary>Media thread only.</summary>
    protected void Fold<T>(Func<TNews, T, TNews> fold, T change)
    {
        TNews? before;
        TNews after;
        do
        {
            // A second round is needed only when the actor has taken what was there; it finds nothing to fold into.
            before = Volatile.Read(ref _pending);
            after = fold(before ?? None, change);
        }
        while (!ReferenceEquals(Interlocked.CompareExchange(ref _pending, after, before), before));

        if (before is null)
        {
            actor.Tell(WakeUp, ActorRefs.NoSender);
        }
    }
}
