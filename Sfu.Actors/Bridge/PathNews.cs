using System.Collections.Immutable;
using Sfu.Actors.Protocol;
using Sfu.Media.Ice;

namespace Sfu.Actors.Bridge;

/// <summary>
/// What changed about a transport's paths between two looks, folded: later changes of the selected tuple and of the state replace earlier
/// ones, and what came and went in between is not there. Immutable. Any thread.
/// </summary>
/// <remarks>
/// Bounded without dropping anything: a tuple or ufrag has at most its removal and a new addition in here, so the changes are not more than
/// those known at the last look and those there now. That is twice the transport's <c>maxTuples</c>, and one more while the newest tuple
/// replaces an evicted one; ufrags are two at a time, and a tuple that is there has one overflow at most.
/// </remarks>
internal sealed record PathNews
{
    public static readonly PathNews None = new();

    private ImmutableArray<(string Ufrag, bool Added)> Ufrags { get; init; } = [];

    private ImmutableArray<(TransportTuple Tuple, TupleRemovalReason? Removed)> Tuples { get; init; } = [];

    private ImmutableArray<(TransportTuple Tuple, long DroppedFrames)> Overflows { get; init; } = [];

    private bool HasSelected { get; init; }

    private TransportTuple? Selected { get; init; }

    private bool HasRtcp { get; init; }

    private TransportTuple? Rtcp { get; init; }

    private IceState? State { get; init; }

    /// <summary>Entries held: what the bound is about.</summary>
    public int Count => Ufrags.Length + Tuples.Length + Overflows.Length + (HasSelected ? 1 : 0) + (HasRtcp ? 1 : 0) + (State is null ? 0 : 1);

    public PathNews WithUfragAdded(string ufrag) => this with { Ufrags = Ufrags.Add((ufrag, Added: true)) };

    public PathNews WithUfragRemoved(string ufrag)
    {
        var added = Ufrags.LastIndexOf((ufrag, true));
        return this with { Ufrags = added < 0 ? Ufrags.Add((ufrag, Added: false)) : Ufrags.RemoveAt(added) };
    }

    public PathNews WithTupleAdded(TransportTuple tuple) => this with { Tuples = Tuples.Add((tuple, Removed: null)) };

    public PathNews WithTupleRemoved(TransportTuple tuple, TupleRemovalReason reason)
    {
        var added = Tuples.LastIndexOf((tuple, null));
        return this with
        {
            Tuples = added < 0 ? Tuples.Add((tuple, reason)) : Tuples.RemoveAt(added),
            Overflows = WithoutOverflow(tuple),
        };
    }

    /// <summary>The last count wins. Of a tuple that goes only that is told.</summary>
    public PathNews WithOverflow(TransportTuple tuple, long droppedFrames) => this with { Overflows = WithoutOverflow(tuple).Add((tuple, droppedFrames)) };

    public PathNews WithSelected(TransportTuple? tuple) => this with { HasSelected = true, Selected = tuple };

    public PathNews WithRtcp(TransportTuple? tuple) => this with { HasRtcp = true, Rtcp = tuple };

    public PathNews WithState(IceState state) => this with { State = state };

    /// <summary>As events for the owner, in the order in which one change reports itself: ufrags, tuples, their overflows, selected tuple, that of RTCP, state.</summary>
    public IEnumerable<ISessionEvent> Events(RouterId router, TransportId transport)
    {
        foreach (var (ufrag, added) in Ufrags)
        {
            yield return added ? new SessionEvents.LocalUfragAdded(router, transport, ufrag) : new SessionEvents.LocalUfragRemoved(router, transport, ufrag);
        }

        foreach (var (tuple, removed) in Tuples)
        {
            yield return removed is { } reason
                ? new SessionEvents.TupleRemoved(router, transport, TupleInfo.From(tuple), reason)
                : new SessionEvents.TupleAdded(router, transport, TupleInfo.From(tuple));
        }

        foreach (var (tuple, droppedFrames) in Overflows)
        {
            yield return new SessionEvents.TupleSendQueueOverflowed(router, transport, TupleInfo.From(tuple), droppedFrames);
        }

        if (HasSelected)
        {
            yield return new SessionEvents.SelectedTupleChanged(router, transport, Selected is { } selected ? TupleInfo.From(selected) : null);
        }

        if (HasRtcp)
        {
            yield return new SessionEvents.RtcpTupleChanged(router, transport, Rtcp is { } rtcp ? TupleInfo.From(rtcp) : null);
        }

        if (State is { } state)
        {
            yield return new SessionEvents.IceStateChanged(router, transport, state);
        }
    }

    private ImmutableArray<(TransportTuple Tuple, long DroppedFrames)> WithoutOverflow(TransportTuple tuple) => Overflows.RemoveAll(entry => entry.Tuple == tuple);
}
