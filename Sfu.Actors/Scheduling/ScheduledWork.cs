using Akka.Actor;
using Akka.Dispatch;

namespace Sfu.Actors.Scheduling;

/// <summary>Something to be done at a time, and again after each interval where there is one.</summary>
/// <param name="due">By the clock of whoever keeps it.</param>
/// <param name="interval">Zero: it is done once.</param>
/// <param name="cancelable">What ends it, if anything does.</param>
internal sealed class ScheduledWork(TimeSpan due, TimeSpan interval, IRunnable work, ICancelable? cancelable)
{
    /// <summary>When it is to be done, next.</summary>
    public TimeSpan Due { get; private set; } = due;

    public bool IsCancelled => cancelable is { IsCancellationRequested: true };

    /// <summary>Does it.</summary>
    public void Run() => work.Run();

    /// <summary>
    /// Whether it is to be done again, and if so when: an interval after the time that it was due at, so that what has begun together stays together. What was missed is
    /// not made up for.
    /// </summary>
    public bool TryRepeat(TimeSpan now)
    {
        if (interval <= TimeSpan.Zero || IsCancelled)
        {
            return false;
        }

        Due += interval;
        if (Due <= now)
        {
            Due = now + interval;
        }

        return true;
    }

    public override string ToString() => $"{work}, due at {Due}{(interval > TimeSpan.Zero ? $", every {interval}" : "")}";
}
