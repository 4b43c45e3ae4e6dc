namespace Sfu.Media.Ice;

/// <summary>
/// What an <see cref="IceLiteAgent"/> reports, on its media thread, inside the call that caused it. State is changed before
/// the first report of it: the agent's properties already say what is. A listener may call the agent; what that causes is
/// reported after what is already under way, never in between.
/// </summary>
public interface IIceListener
{
    /// <summary>Requests for this ufrag belong to the agent.</summary>
    void LocalUfragAdded(string ufrag);

    void LocalUfragRemoved(string ufrag);

    /// <summary>An authenticated check came on a new path. Whoever else held that path has lost it.</summary>
    void TupleAdded(in TransportTuple tuple);

    void TupleRemoved(in TransportTuple tuple, TupleRemovalReason reason);

    /// <param name="tuple">The path to send on; null when there is none.</param>
    void SelectedTupleChanged(TransportTuple? tuple);

    void StateChanged(IceState state);
}
