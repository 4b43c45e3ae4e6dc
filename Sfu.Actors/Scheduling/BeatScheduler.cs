using System.Diagnostics;
using Akka.Actor;
using Akka.Configuration;
using Akka.Dispatch;
using Akka.Event;

namespace Sfu.Actors.Scheduling;

/// <summary>
/// The actor system's timers on one thread that sleeps until something is due: an idle node does not wake up for nothing. Akka's own wheel turns whether or not anything is in it,
/// and each turn goes through the runtime's timer thread and its pool.
/// <para>
/// <c>akka.scheduler.tick-duration</c> is the beat that times are rounded up to, so that what is due at about the same time costs one awakening. As with Akka's, work that
/// throws is logged and not repeated, and what is left when the system ends is done then.
/// </para>
/// </summary>
public sealed class BeatScheduler : SchedulerBase, IDateTimeOffsetNowTimeProvider, IDisposable
{
    private readonly TimeSpan _shutdownTimeout;
    private readonly Lock _lock = new();
    private readonly AutoResetEvent _sooner = new(false);
    private readonly DueWork _waiting;
    private readonly Thread _thread;

    // What the thread sleeps until; work that is due before that has to wake it up.
    private TimeSpan _awake = TimeSpan.Zero;
    private bool _stopped;

    /// <summary>Called by Akka, which reads the class's name in <c>akka.scheduler.implementation</c>.</summary>
    /// <exception cref="ConfigurationException">The beat is not positive.</exception>
    public BeatScheduler(Config scheduler, ILoggingAdapter log) : base(scheduler, log)
    {
        var beat = SchedulerConfig.GetTimeSpan("akka.scheduler.tick-duration");
        if (beat <= TimeSpan.Zero)
        {
            throw new ConfigurationException($"akka.scheduler.tick-duration must be positive, and is {beat}.");
        }

        _shutdownTimeout = SchedulerConfig.GetTimeSpan("akka.scheduler.shutdown-timeout");
        _waiting = new DueWork(beat);
        _thread = new Thread(Run) { Name = "sfu-timers", IsBackground = true };
        _thread.Start();
    }

    public override TimeSpan MonotonicClock => Stopwatch.GetElapsedTime(0);

    public override TimeSpan HighResMonotonicClock => Stopwatch.GetElapsedTime(0);

    protected override DateTimeOffset TimeNow => DateTimeOffset.Now;

    /// <summary>Does what is left, once, and ends.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_stopped)
            {
                return;
            }

            _stopped = true;
        }

        _sooner.Set();
        if (Thread.CurrentThread != _thread && !_thread.Join(_shutdownTimeout))
        {
            Log.Warning("The scheduler has not ended within {0}", _shutdownTimeout);
        }
    }

    protected override void InternalScheduleTellOnce(TimeSpan delay, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) =>
        Schedule(delay, TimeSpan.Zero, new Telling(receiver, message, sender), cancelable);

    protected override void InternalScheduleTellRepeatedly(
        TimeSpan initialDelay, TimeSpan interval, ICanTell receiver, object message, IActorRef sender, ICancelable? cancelable) =>
        Schedule(initialDelay, interval, new Telling(receiver, message, sender), cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, Action action, ICancelable? cancelable) =>
        Schedule(delay, TimeSpan.Zero, new ActionRunnable(action), cancelable);

    protected override void InternalScheduleOnce(TimeSpan delay, IRunnable action, ICancelable? cancelable) => Schedule(delay, TimeSpan.Zero, action, cancelable);

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, Action action, ICancelable? cancelable) =>
        Schedule(initialDelay, interval, new ActionRunnable(action), cancelable);

    protected override void InternalScheduleRepeatedly(TimeSpan initialDelay, TimeSpan interval, IRunnable action, ICancelable? cancelable) =>
        Schedule(initialDelay, interval, action, cancelable);

    private void Schedule(TimeSpan delay, TimeSpan interval, IRunnable action, ICancelable? cancelable)
    {
        var now = HighResMonotonicClock;
        var work = new ScheduledWork(delay < TimeSpan.MaxValue - now ? now + delay : TimeSpan.MaxValue, interval, action, cancelable);
        bool isSooner;
        lock (_lock)
        {
            if (_stopped)
            {
                throw new SchedulerException("Nothing can be scheduled any more: the actor system has ended.");
            }

            _waiting.Add(work);
            isSooner = _waiting.BeatOf(work.Due) < _awake;
        }

        if (isSooner)
        {
            _sooner.Set();
        }
    }

    private void Run()
    {
        List<ScheduledWork> due = [];
        while (true)
        {
            TimeSpan rest;
            lock (_lock)
            {
                if (_stopped)
                {
                    _waiting.TakeAll(due);
                    break;
                }

                var next = _waiting.Next;
                var now = HighResMonotonicClock;
                if (next <= now)
                {
                    _awake = TimeSpan.Zero;
                    _waiting.TakeDue(now, due);
                    rest = TimeSpan.Zero;
                }
                else
                {
                    _awake = next;
                    rest = next == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : next - now;
                }
            }

            if (rest != TimeSpan.Zero)
            {
                Rest(rest);
                continue;
            }

            foreach (var work in due)
            {
                Do(work);
            }

            due.Clear();
        }

        foreach (var work in due)
        {
            Finish(work);
        }
    }

    private void Rest(TimeSpan time)
    {
        // What the runtime takes at most, 24 days, rounded up to its milliseconds: earlier than due would be once more.
        var milliseconds = time == Timeout.InfiniteTimeSpan ? Timeout.Infinite : (int)Math.Min(Math.Ceiling(time.TotalMilliseconds), int.MaxValue);
        _sooner.WaitOne(milliseconds);
    }

    private void Do(ScheduledWork work)
    {
        if (work.IsCancelled)
        {
            return;
        }

        try
        {
            work.Run();
        }
        catch (Exception e)
        {
            Log.Error(e, "Scheduled work failed and is not repeated: {0}", work);
            return;
        }

        lock (_lock)
        {
            _waiting.Repeat(work, HighResMonotonicClock);
        }
    }

    private void Finish(ScheduledWork work)
    {
        try
        {
            work.Run();
        }
        catch (SchedulerException)
        {
            // It would have gone on later.
        }
        catch (Exception e)
        {
            Log.Error(e, "Scheduled work failed while the actor system ended: {0}", work);
        }
    }

    private sealed class Telling(ICanTell receiver, object message, IActorRef sender) : IRunnable
    {
        public void Run() => receiver.Tell(message, sender);

        public void Execute() => Run();

        public override string ToString() => $"{message} to {receiver}";
    }
}
