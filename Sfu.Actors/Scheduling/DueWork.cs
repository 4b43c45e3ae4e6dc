namespace Sfu.Actors.Scheduling;

/// <summary>
/// What is to be done later, by time. Times are rounded up to beats: what falls between two of them is done together, and whoever does it can rest until then. Not for
/// several threads at once.
/// </summary>
/// <param name="beat">How far apart beats are.</param>
internal sealed class DueWork(TimeSpan beat)
{
    private const int FewestToLookThrough = 1024;

    /// <summary>An idle system's own: all of them at once are nothing. What thousands of rooms repeat is better spread.</summary>
    private const int Few = 128;

    private const int MemoryToKeep = 64;

    private readonly PriorityQueue<ScheduledWork, (TimeSpan Due, long Order)> _work = new();
    private long _order;
    private int _lookThroughAt = FewestToLookThrough;

    // The most that has waited since memory was given back.
    private int _most;

    /// <summary>How much waits, cancelled work that has not been found yet included.</summary>
    public int Count => _work.Count;

    /// <summary>The first beat at which something is due; the greatest time where nothing is.</summary>
    public TimeSpan Next => _work.TryPeek(out var first, out _) ? BeatOf(first.Due) : TimeSpan.MaxValue;

    /// <summary>The beat by which something due at this time is done.</summary>
    public TimeSpan BeatOf(TimeSpan due)
    {
        var ticks = due.Ticks;
        var late = ticks % beat.Ticks;
        return late == 0 || ticks > long.MaxValue - beat.Ticks ? due : new TimeSpan(ticks - late + beat.Ticks);
    }

    public void Add(ScheduledWork work)
    {
        if (_work.Count >= _lookThroughAt)
        {
            ForgetCancelled();
        }

        _work.Enqueue(work, (work.Due, _order++));
        _most = Math.Max(_most, _work.Count);
    }

    /// <summary>Takes what is due and not cancelled, in the order of its times; what came first is first where they are the same.</summary>
    public void TakeDue(TimeSpan now, List<ScheduledWork> into)
    {
        while (_work.TryPeek(out var first, out _) && first.Due <= now)
        {
            _work.Dequeue();
            if (!first.IsCancelled)
            {
                into.Add(first);
            }
        }

        if (_most > MemoryToKeep && _work.Count < _most / 4)
        {
            _work.TrimExcess();
            _most = _work.Count;
        }
    }

    /// <summary>Work that has been done waits again, where it is to be repeated. While little waits all of it gets in step, so that an idle system wakes up seldom.</summary>
    public void Repeat(ScheduledWork work, TimeSpan now)
    {
        if (work.TryRepeat(now, getsInStep: _work.Count < Few))
        {
            Add(work);
        }
    }

    /// <summary>Takes all that is left and not cancelled.</summary>
    public void TakeAll(List<ScheduledWork> into) => TakeDue(TimeSpan.MaxValue, into);

    /// <summary>Timers that are set and cancelled all the time, as those of idle actors, are due long after: they must not gather until then.</summary>
    private void ForgetCancelled()
    {
        var left = _work.UnorderedItems.Where(static item => !item.Element.IsCancelled).ToArray();
        _work.Clear();
        _work.EnqueueRange(left);
        _lookThroughAt = Math.Max(FewestToLookThrough, 2 * left.Length);
    }
}
