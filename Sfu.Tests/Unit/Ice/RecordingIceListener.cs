using Sfu.Media.Ice;

namespace Sfu.Tests.Unit.Ice;

/// <summary>Writes down what an agent reports, tuples by the number of their path.</summary>
internal sealed class RecordingIceListener : IIceListener
{
    private readonly List<string> _events = [];

    /// <summary>Called after each event is written down; tests re-enter the agent from here.</summary>
    public Action<string>? Reaction { get; set; }

    public IReadOnlyList<string> Events => _events;

    /// <summary>The events since the last call.</summary>
    public string[] Take()
    {
        var taken = _events.ToArray();
        _events.Clear();
        return taken;
    }

    public void LocalUfragAdded(string ufrag) => Record($"ufrag+ {ufrag}");

    public void LocalUfragRemoved(string ufrag) => Record($"ufrag- {ufrag}");

    public void TupleAdded(in TransportTuple tuple) => Record($"tuple+ {IceWorld.NumberOf(tuple)}");

    public void TupleRemoved(in TransportTuple tuple, TupleRemovalReason reason) =>
        Record($"tuple- {IceWorld.NumberOf(tuple)} {reason}");

    public void SelectedTupleChanged(TransportTuple? tuple) =>
        Record(tuple is { } selected ? $"selected {IceWorld.NumberOf(selected)}" : "selected none");

    public void StateChanged(IceState state) => Record($"state {state}");

    private void Record(string e)
    {
        _events.Add(e);
        Reaction?.Invoke(e);
    }
}
