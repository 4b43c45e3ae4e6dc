namespace Sfu.Media.Ice;

internal enum IceEventKind : byte
{
    LocalUfragAdded,
    LocalUfragRemoved,
    TupleAdded,
    TupleRemoved,
    SelectedTupleChanged,
    StateChanged,
}
