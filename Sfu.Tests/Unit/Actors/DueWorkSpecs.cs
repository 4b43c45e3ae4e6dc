using Akka.Actor;
using Akka.Dispatch;
using Sfu.Actors.Scheduling;

namespace Sfu.Tests.Unit.Actors;

/// <summary>What is to be done later is found at its beat, in its order, and does not gather when it is not to be done any more.</summary>
public sealed class DueWorkSpecs
{
    private readonly DueWork _work = new(Ms(50));
    private readonly List<string> _done = [];

    [Theory]
    [InlineData(1, 50)]
    [InlineData(49, 50)]
    [InlineData(50, 50)]
    [InlineData(51, 100)]
    public void Times_are_rounded_up_to_beats(int due, int beat)
    {
        Add("a", due);
        Assert.Equal(Ms(beat), _work.Next);
    }

    [Fact]
    public void Nothing_is_waited_for_where_nothing_is_due() => Assert.Equal(TimeSpan.MaxValue, _work.Next);

    [Fact]
    public void What_is_due_farther_off_than_time_goes_is_never_due()
    {
        _work.Add(new ScheduledWork(TimeSpan.MaxValue, TimeSpan.Zero, new ActionRunnable(() => { }), null));
        Assert.Equal(TimeSpan.MaxValue, _work.Next);
    }

    [Fact]
    public void What_falls_between_two_beats_is_done_together_by_its_times_and_then_as_it_came()
    {
        Add("late", 120);
        Add("third", 80);
        Add("first", 60);
        Add("fourth", 80);
        Add("second", 70);
        Assert.Equal(Ms(100), _work.Next);
        Do(100);
        Assert.Equal(["first", "second", "third", "fourth"], _done);
        Assert.Equal(Ms(150), _work.Next);
        Do(149);
        Assert.Equal("late", _done[^1]);
    }

    [Fact]
    public void Cancelled_work_is_not_done()
    {
        var cancelable = new Cancellation();
        Add("a", 10, cancelable: cancelable);
        Add("b", 10);
        cancelable.Cancel();
        Do(50);
        Assert.Equal(["b"], _done);
    }

    [Fact]
    public void Cancelled_work_of_hours_does_not_gather_until_then()
    {
        for (var i = 0; i < 100_000; i++)
        {
            var cancelable = new Cancellation();
            Add("idle", 3_600_000, cancelable: cancelable);
            cancelable.Cancel();
        }

        Add("a", 3_600_000);
        Assert.InRange(_work.Count, 1, 2_000);
        Do(3_600_000);
        Assert.Equal(["a"], _done);
    }

    [Fact]
    public void Work_that_waits_is_kept_however_much_there_is()
    {
        for (var i = 0; i < 5_000; i++)
        {
            Add($"{i}", 1000);
        }

        Add("late", 2000);
        Do(1000);
        Assert.Equal(Enumerable.Range(0, 5_000).Select(static i => $"{i}"), _done);
        Do(2000);
        Assert.Equal("late", _done[^1]);
    }

    [Fact]
    public void Repeated_work_keeps_its_pace_however_late_each_time_was()
    {
        var work = Add("a", 60, 200);
        foreach (var (late, next) in ((int, int)[])[(100, 260), (310, 460), (559, 660)])
        {
            Do(late);
            Assert.True(work.TryRepeat(Ms(late), getsInStep: false));
            Assert.Equal(Ms(next), work.Due);
            _work.Add(work);
        }

        Assert.Equal(["a", "a", "a"], _done);
    }

    [Fact]
    public void Repetitions_that_were_missed_are_not_made_up_for()
    {
        var work = Add("a", 50, 200);
        Do(1000);
        Assert.True(work.TryRepeat(Ms(1000), getsInStep: false));
        Assert.Equal(Ms(1250), work.Due);
    }

    [Fact]
    public void Repeated_work_of_an_age_is_done_once()
    {
        var work = new ScheduledWork(Ms(50), TimeSpan.MaxValue, new ActionRunnable(() => { }), null);
        Assert.False(work.TryRepeat(Ms(50), getsInStep: true));
    }

    [Fact]
    public void Neither_single_nor_cancelled_work_is_repeated()
    {
        var cancelable = new Cancellation();
        var single = Add("a", 50);
        var cancelled = Add("b", 50, 200, cancelable);
        cancelable.Cancel();
        Assert.False(single.TryRepeat(Ms(50), getsInStep: true));
        Assert.False(cancelled.TryRepeat(Ms(50), getsInStep: true));
    }

    [Theory]
    [InlineData(130, 200, 400, 600)]
    [InlineData(70, 200, 200, 400)]
    [InlineData(170, 500, 500, 1000)]
    [InlineData(900, 1000, 2000, 3000)]
    [InlineData(700, 3000, 4000, 7000)]
    [InlineData(50, 1700, 1750, 3450)]
    public void While_little_waits_repeated_work_gets_in_step(int first, int interval, int second, int third)
    {
        var work = Add("a", first, interval);
        foreach (var next in (int[])[second, third])
        {
            var now = work.Due;
            Do((int)now.TotalMilliseconds);
            _work.Repeat(work, now);
            Assert.Equal(Ms(next), work.Due);
        }
    }

    [Fact]
    public void Where_much_waits_what_is_repeated_stays_spread()
    {
        for (var i = 0; i < 1_000; i++)
        {
            Add($"{i}", 5_000);
        }

        var work = Add("a", 130, 200);
        Do(150);
        _work.Repeat(work, Ms(150));
        Assert.Equal(Ms(330), work.Due);
    }

    [Fact]
    public void Getting_in_step_is_never_in_the_past()
    {
        // Nearest to 190 is 200, which is over.
        var work = Add("a", 90, 100);
        Do(160);
        _work.Repeat(work, Ms(210));
        Assert.Equal(Ms(300), work.Due);
    }

    private static TimeSpan Ms(int ms) => TimeSpan.FromMilliseconds(ms);

    private ScheduledWork Add(string name, int dueMs, int everyMs = 0, ICancelable? cancelable = null)
    {
        var work = new ScheduledWork(Ms(dueMs), Ms(everyMs), new ActionRunnable(() => _done.Add(name)), cancelable);
        _work.Add(work);
        return work;
    }

    private void Do(int nowMs)
    {
        List<ScheduledWork> due = [];
        _work.TakeDue(Ms(nowMs), due);
        due.ForEach(static work => work.Run());
    }

    /// <summary>Without a scheduler, which <see cref="Cancelable"/> wants.</summary>
    private sealed class Cancellation : ICancelable
    {
        public bool IsCancellationRequested { get; private set; }

        public CancellationToken Token => CancellationToken.None;

        public void Cancel() => IsCancellationRequested = true;

        public void CancelAfter(TimeSpan delay) => throw new NotSupportedException();

        public void CancelAfter(int millisecondsDelay) => throw new NotSupportedException();

        public void Cancel(bool throwOnFirstException) => Cancel();
    }
}
