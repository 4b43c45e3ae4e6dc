using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>
/// A branch's transports that have been asked for and have not started. One that is to end by then ends as soon as it has started: before,
/// there is nobody to tell. Does nothing itself.
/// </summary>
internal sealed class StartingTransports
{
    private readonly Dictionary<TransportId, CloseReason?> _endings = []; // Null: it is to go on.

    public bool IsEmpty => _endings.Count == 0;

    public IReadOnlyCollection<TransportId> Ids => _endings.Keys;

    public void Add(TransportId id) => _endings.Add(id, null);

    /// <summary>It has started.</summary>
    /// <returns>Why it is to end at once; null: it goes on.</returns>
    public CloseReason? Started(TransportId id)
    {
        _endings.Remove(id, out var reason);
        return reason;
    }

    /// <summary>It never starts, or has ended.</summary>
    public void Forget(TransportId id) => _endings.Remove(id);

    /// <summary>Does nothing about one that is not among them.</summary>
    public void End(TransportId id, CloseReason reason)
    {
        if (_endings.ContainsKey(id))
        {
            _endings[id] = reason;
        }
    }

    public void EndAll(CloseReason reason)
    {
        foreach (var id in _endings.Keys.ToArray())
        {
            _endings[id] = reason;
        }
    }
}
