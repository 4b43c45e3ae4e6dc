namespace Sfu.Host.Signaling;

/// <summary>Questions that wait for their answers, each with what to do then and what to do when none comes. Actor only.</summary>
internal sealed class PendingTable<TAnswer>
{
    private readonly Dictionary<long, Entry> _entries = [];

    private sealed record Entry(TimeSpan Deadline, Action<TAnswer> Answered, Action TimedOut);

    public int Count => _entries.Count;

    public void Add(long id, TimeSpan deadline, Action<TAnswer> answered, Action timedOut) =>
        _entries.Add(id, new Entry(deadline, answered, timedOut));

    /// <summary>False when nobody waits for this answer, or not any more.</summary>
    public bool TryAnswer(long id, TAnswer answer)
    {
        if (!_entries.Remove(id, out var entry))
        {
            return false;
        }

        entry.Answered(answer);
        return true;
    }

    public void Expire(TimeSpan now)
    {
        if (_entries.Count == 0)
        {
            return;
        }

        // An expired question may ask a new one.
        foreach (var id in _entries.Where(pair => pair.Value.Deadline <= now).Select(pair => pair.Key).ToArray())
        {
            if (_entries.Remove(id, out var entry))
            {
                entry.TimedOut();
            }
        }
    }

    /// <summary>Questions up to this one that are not answered yet.</summary>
    public IReadOnlyList<long> UpTo(long lastId) => [.. _entries.Keys.Where(id => id <= lastId).Order()];

    public void Clear() => _entries.Clear();
}
