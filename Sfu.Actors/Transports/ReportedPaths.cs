using System.Collections.Immutable;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ice;

namespace Sfu.Actors.Transports;

/// <summary>
/// The sum of what has been told of a transport's paths: what a new subscriber starts from, and what is to be taken back when the
/// transport ends. Does nothing itself.
/// </summary>
internal sealed class ReportedPaths(RouterId router, TransportId transport, TransportKind kind)
{
    private readonly List<string> _ufrags = [];
    private readonly List<TupleInfo> _tuples = [];
    private TupleInfo? _selected;
    private TupleInfo? _rtcp;
    private IceState _iceState = IceState.New;
    private DtlsTransportState _dtlsState = DtlsTransportState.New;

    public SessionEvents.TransportState State =>
        new(router, transport, _iceState, _dtlsState, [.. _ufrags], [.. _tuples], _selected, _rtcp);

    /// <summary>Neither ICE nor DTLS.</summary>
    private bool HasNone => kind != TransportKind.WebRtc;

    /// <summary>Takes note of what is told. Events of other kinds change nothing.</summary>
    public void Note(ISessionEvent news)
    {
        switch (news)
        {
            case SessionEvents.LocalUfragAdded added:
                _ufrags.Add(added.Ufrag);
                break;
            case SessionEvents.LocalUfragRemoved removed:
                _ufrags.Remove(removed.Ufrag);
                break;
            case SessionEvents.TupleAdded added:
                _tuples.Add(added.Tuple);
                break;
            case SessionEvents.TupleRemoved removed:
                _tuples.Remove(removed.Tuple);
                break;
            case SessionEvents.SelectedTupleChanged changed:
                _selected = changed.Tuple;
                break;
            case SessionEvents.RtcpTupleChanged changed:
                _rtcp = changed.Tuple;
                break;
            case SessionEvents.IceStateChanged changed:
                _iceState = changed.State;
                break;
            case SessionEvents.DtlsStateChanged changed:
                _dtlsState = changed.State;
                break;
        }
    }

    /// <summary>Takes back what is still there, in the order in which the media plane ends a transport. Empty when that has been told.</summary>
    public ImmutableArray<ISessionEvent> LastWords() =>
    [
        .. _ufrags.Select(ufrag => new SessionEvents.LocalUfragRemoved(router, transport, ufrag)),
        .. _tuples.Select(tuple => new SessionEvents.TupleRemoved(router, transport, tuple, TupleRemovalReason.TransportClosed)),
        .. _selected is null ? [] : new ISessionEvent[] { new SessionEvents.SelectedTupleChanged(router, transport, null) },
        .. _rtcp is null ? [] : new ISessionEvent[] { new SessionEvents.RtcpTupleChanged(router, transport, null) },
        .. HasNone || _iceState == IceState.Closed ? [] : new ISessionEvent[] { new SessionEvents.IceStateChanged(router, transport, IceState.Closed) },
        .. HasNone || _dtlsState == DtlsTransportState.Closed
            ? []
            : new ISessionEvent[] { new SessionEvents.DtlsStateChanged(router, transport, DtlsTransportState.Closed) },
    ];
}
