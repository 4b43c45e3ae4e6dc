using Akka.Actor;
using Sfu.Media.Ice;

namespace Sfu.Actors.Bridge;

/// <summary>
/// Where the media thread leaves changes of a transport's paths until its actor takes them all at once. The actor has one message about
/// them in its mailbox at most, however many there are, and what waits here is bounded by <see cref="PathNews"/>.
/// </summary>
/// <remarks>One media thread reports, one actor takes; neither waits for the other. The only thing shared is one reference.</remarks>
internal sealed class PathMailbox(IActorRef transport)
{
    private PathNews? _pending;

    /// <summary>Actor only. What changed since the last call; the next change sends a message again.</summary>
    public PathNews Take() => Interlocked.Exchange(ref _pending, null) ?? PathNews.None;

    /// <summary>Media thread only, as are all below.</summary>
    public void LocalUfragAdded(string ufrag) => Fold(static (news, added) => news.WithUfragAdded(added), ufrag);

    public void LocalUfragRemoved(string ufrag) => Fold(static (news, removed) => news.WithUfragRemoved(removed), ufrag);

    public void TupleAdded(TransportTuple tuple) => Fold(static (news, added) => news.WithTupleAdded(added), tuple);

    public void TupleRemoved(TransportTuple tuple, TupleRemovalReason reason) =>
        Fold(static (news, removed) => news.WithTupleRemoved(removed.Tuple, removed.Reason), (Tuple: tuple, Reason: reason));

    public void TupleSendQueueOverflowed(TransportTuple tuple, long droppedFrames) =>
        Fold(static (news, full) => news.WithOverflow(full.Tuple, full.Dropped), (Tuple: tuple, Dropped: droppedFrames));

    public void SelectedTupleChanged(TransportTuple? tuple) => Fold(static (news, selected) => news.WithSelected(selected), tuple);

    public void IceStateChanged(IceState state) => Fold(static (news, changed) => news.WithState(changed), state);

    private void Fold<T>(Func<PathNews, T, PathNews> fold, T change)
    {
        PathNews? before;
        PathNews after;
        do
        {
            // A second round is needed only when the actor has taken what was there; it finds nothing to fold into.
            before = Volatile.Read(ref _pending);
            after = fold(before ?? PathNews.None, change);
        }
        while (!ReferenceEquals(Interlocked.CompareExchange(ref _pending, after, before), before));

        if (before is null)
        {
            transport.Tell(MediaEvents.PathsChanged.Instance, ActorRefs.NoSender);
        }
    }
}
