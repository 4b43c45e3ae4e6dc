using Akka.Actor;
using Sfu.Media.Ice;

namespace Sfu.Actors.Bridge;

/// <summary>Changes of a transport's paths, on their way to its actor. Bounded by <see cref="PathNews"/>. Media thread only, but for <c>Take</c>.</summary>
internal sealed class PathMailbox(IActorRef transport) : NewsMailbox<PathNews>(transport)
{
    protected override PathNews None => PathNews.None;

    protected override object WakeUp => MediaEvents.PathsChanged.Instance;

    public void LocalUfragAdded(string ufrag) => Fold(static (news, added) => news.WithUfragAdded(added), ufrag);

    public void LocalUfragRemoved(string ufrag) => Fold(static (news, removed) => news.WithUfragRemoved(removed), ufrag);

    public void TupleAdded(TransportTuple tuple) => Fold(static (news, added) => news.WithTupleAdded(added), tuple);

    public void TupleRemoved(TransportTuple tuple, TupleRemovalReason reason) =>
        Fold(static (news, removed) => news.WithTupleRemoved(removed.Tuple, removed.Reason), (Tuple: tuple, Reason: reason));

    public void TupleSendQueueOverflowed(TransportTuple tuple, long droppedFrames) =>
        Fold(static (news, full) => news.WithOverflow(full.Tuple, full.Dropped), (Tuple: tuple, Dropped: droppedFrames));

    public void SelectedTupleChanged(TransportTuple? tuple) => Fold(static (news, selected) => news.WithSelected(selected), tuple);

    public void RtcpTupleChanged(TransportTuple? tuple) => Fold(static (news, rtcp) => news.WithRtcp(rtcp), tuple);

    public void IceStateChanged(IceState state) => Fold(static (news, changed) => news.WithState(changed), state);
}
