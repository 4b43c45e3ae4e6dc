using Akka.Actor;
using Akka.TestKit.Xunit2;
using Sfu.Actors.Scheduling;

namespace Sfu.Tests.Unit.Actors;

/// <summary>An actor system's timers by <see cref="BeatScheduler"/>, in real time: none of these counts on how soon anything comes.</summary>
public sealed class BeatSchedulerSpecs : TestKit
{
    private static readonly TimeSpan _soon = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    public BeatSchedulerSpecs()
        : base("akka { loglevel = OFF, scheduler { implementation = \"Sfu.Actors.Scheduling.BeatScheduler, Sfu.Actors\", tick-duration = 5 ms, shutdown-timeout = 20 s } }")
    {
    }

    private IScheduler Scheduler => Sys.Scheduler;

    [Fact]
    public void It_is_the_systems_scheduler() => Assert.IsType<BeatScheduler>(Scheduler);

    [Fact]
    public void What_comes_sooner_does_not_wait_for_what_was_asked_before()
    {
        Scheduler.ScheduleTellOnce(TimeSpan.FromHours(1), TestActor, "late", ActorRefs.NoSender);
        Scheduler.ScheduleTellOnce(_soon, TestActor, "soon", ActorRefs.NoSender);
        ExpectMsg("soon", _patience);
        Scheduler.ScheduleTellOnce(TimeSpan.Zero, TestActor, "now", ActorRefs.NoSender);
        ExpectMsg("now", _patience);
    }

    [Fact]
    public void Messages_come_in_the_order_of_their_times_and_not_before()
    {
        var began = Scheduler.MonotonicClock;
        foreach (var ms in (int[])[60, 20, 40])
        {
            Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(ms), TestActor, ms, ActorRefs.NoSender);
        }

        ExpectMsg(20, _patience);
        ExpectMsg(40, _patience);
        ExpectMsg(60, _patience);
        Assert.InRange(Scheduler.MonotonicClock - began, TimeSpan.FromMilliseconds(60), TimeSpan.MaxValue);
    }

    [Fact]
    public void Repeated_work_comes_until_it_is_cancelled()
    {
        var cancelable = Scheduler.ScheduleTellRepeatedlyCancelable(_soon, _soon, TestActor, "again", ActorRefs.NoSender);
        for (var i = 0; i < 3; i++)
        {
            ExpectMsg("again", _patience);
        }

        cancelable.Cancel();

        // One that was on its way may still come; what was asked later comes behind it.
        Scheduler.ScheduleTellOnce(_soon, TestActor, "end", ActorRefs.NoSender);
        FishForMessage(message => message is "end", _patience);
        Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(20), TestActor, "after", ActorRefs.NoSender);
        ExpectMsg("after", _patience);
    }

    [Fact]
    public void Work_that_fails_is_not_repeated_and_holds_up_nothing()
    {
        var failures = 0;
        Scheduler.Advanced.ScheduleRepeatedly(_soon, _soon, () =>
        {
            Interlocked.Increment(ref failures);
            throw new InvalidOperationException("on purpose");
        });
        Scheduler.ScheduleTellRepeatedly(_soon, _soon, TestActor, "well", ActorRefs.NoSender);
        for (var i = 0; i < 5; i++)
        {
            ExpectMsg("well", _patience);
        }

        Assert.Equal(1, Volatile.Read(ref failures));
    }

    [Fact]
    public void Work_may_schedule_more()
    {
        Scheduler.Advanced.ScheduleOnce(_soon, () => Scheduler.Advanced.ScheduleOnce(_soon, () => TestActor.Tell("second")));
        ExpectMsg("second", _patience);
    }

    [Fact]
    public async Task What_is_left_when_the_system_ends_is_done_then_and_nothing_is_taken_any_more()
    {
        var left = new TaskCompletionSource();
        var scheduler = Scheduler;
        scheduler.Advanced.ScheduleOnce(TimeSpan.FromHours(1), left.SetResult);
        scheduler.Advanced.ScheduleOnce(TimeSpan.FromHours(1), () => throw new InvalidOperationException("on purpose"));
        await Sys.Terminate();
        await left.Task.WaitAsync(_patience);
        Assert.Throws<SchedulerException>(() => scheduler.Advanced.ScheduleOnce(_soon, () => { }));
    }
}
