namespace Sfu.Media.Ice;

/// <summary>One report to an <see cref="IIceListener"/>, waiting for its turn.</summary>
internal readonly record struct IceEvent(IceEventKind Kind)
{
    public string? Ufrag { get; init; }

    public TransportTuple? Tuple { get; init; }

    public TupleRemovalReason Reason { get; init; }

    public IceState State { get; init; }

    public void DeliverTo(IIceListener listener)
    {
        switch (Kind)
        {
            case IceEventKind.LocalUfragAdded:
                listener.LocalUfragAdded(Ufrag!);
                break;
            case IceEventKind.LocalUfragRemoved:
                listener.LocalUfragRemoved(Ufrag!);
                break;
            case IceEventKind.TupleAdded:
                listener.TupleAdded(Tuple.GetValueOrDefault());
                break;
            case IceEventKind.TupleRemoved:
                listener.TupleRemoved(Tuple.GetValueOrDefault(), Reason);
                break;
            case IceEventKind.SelectedTupleChanged:
                listener.SelectedTupleChanged(Tuple);
                break;
            case IceEventKind.StateChanged:
                listener.StateChanged(State);
                break;
        }
    }
}
