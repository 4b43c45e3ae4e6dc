using Akka.Actor;
using Akka.Dispatch;

namespace Sfu.Actors.Scheduling;

/// <summary>Something to be done at a time, and again after each interval where there is one.</summary>
/// <param name="due">By the clock of whoever keeps it.</param>
/// <param name="interval">Zero: it is done once.</param>
/// <param name="cancelable">What ends it, if anything does.</param>
internal sealed class ScheduledWork(TimeSpan due, TimeSpan interval, IRunnable work, ICancelable? cancelable)
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private bool _isInStep;

    /// <summary>When it is to be done, next.</summary>
    public TimeSpan Due { get; private set; } = due;

    public bool IsCancelled => cancelable is { IsCancellationRequested: true };

    /// <summary>Does it.</summary>
    public void Run() => work.Run();

    /// <summary>
    /// Whether it is to be done again, and if so when: an interval after the time that it was due at, so that what has begun together stays together. What was missed is
    /// not made up for, and what is late is not followed by the next one at once.
    /// </summary>
    /// <param name="now">Call time.</param>
    /// <param name="getsInStep">
    /// Whether it shall come together with other work from now on, as far as intervals allow: at multiples of its interval, or of a second where that is longer. This once it comes
    /// up to half an interval sooner or later for that.
    /// </param>
    public bool TryRepeat(TimeSpan now, bool getsInStep)
    {
        if (interval <= TimeSpan.Zero || IsCancelled || interval > TimeSpan.MaxValue - Due - interval)
        {
            return false;
        }

        Due += interval;
        if (getsInStep && !_isInStep)
        {
            GetInStep();
        }

        // The first of its times that is half an interval away.
        var missed = (now + (interval / 2) - Due).Ticks;
        if (missed > 0)
        {
            Due += new TimeSpan((missed + interval.Ticks - 1) / interval.Ticks * interval.Ticks);
        }

        return true;
    }

    private void GetInStep()
    {
        var step = interval <= _second ? interval : interval.Ticks % _second.Ticks == 0 ? _second : TimeSpan.Zero;
        if (step > TimeSpan.Zero)
        {
            _isInStep = true;
            Due = new TimeSpan((Due.Ticks + (step.Ticks / 2)) / step.Ticks * step.Ticks);
        }
    }

    public override string ToString() => $"{work}, due at {Due}{(interval > TimeSpan.Zero ? $", every {interval}" : "")}";
}
