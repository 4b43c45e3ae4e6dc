using Sfu.Media.Wire;
using Sfu.Tests.Support;

namespace Sfu.Tests.Unit.Wire;

public sealed class TimerWheelSpecs
{
    [Fact]
    public void Timer_fires_once_at_its_deadline_and_never_early()
    {
        var now = MediaTime.FromSeconds(5);
        var wheel = new TimerWheel(now);
        var fired = new List<MediaTime>();
        var timer = new WheelTimer(fired.Add);
        wheel.Arm(timer, now.PlusUs(1500));

        wheel.Turn(now.PlusUs(1499));
        Assert.Empty(fired);
        wheel.Turn(now.PlusMs(2));
        wheel.Turn(now.PlusMs(9));

        Assert.Equal([now.PlusMs(2)], fired);
        Assert.Equal(0, wheel.Count);
        Assert.Equal(MediaTime.Never, timer.Deadline);
    }

    [Fact]
    public void Deadline_beyond_the_horizon_waits_its_rounds()
    {
        var now = MediaTime.Zero;
        var wheel = new TimerWheel(now);
        var fired = 0;
        wheel.Arm(new WheelTimer(_ => fired++), MediaTime.FromSeconds(20));

        for (var s = 1; s < 20; s++)
        {
            wheel.Turn(MediaTime.FromSeconds(s));
        }

        Assert.Equal(0, fired);
        wheel.Turn(MediaTime.FromSeconds(20));
        Assert.Equal(1, fired);
    }

    [Fact]
    public void Deadline_in_the_past_fires_at_the_next_turn()
    {
        var wheel = new TimerWheel(MediaTime.FromSeconds(9));
        var fired = 0;
        wheel.Arm(new WheelTimer(_ => fired++), MediaTime.FromSeconds(1));

        Assert.Equal(MediaTime.FromMilliseconds(9001), wheel.NextTurn());
        wheel.Turn(MediaTime.FromMilliseconds(9001));

        Assert.Equal(1, fired);
    }

    [Fact]
    public void Long_pause_fires_everything_that_became_due()
    {
        var wheel = new TimerWheel(MediaTime.Zero);
        var fired = 0;
        for (var i = 1; i <= 10_000; i++)
        {
            wheel.Arm(new WheelTimer(_ => fired++), MediaTime.FromMilliseconds(i));
        }

        wheel.Turn(MediaTime.FromSeconds(60));

        Assert.Equal(10_000, fired);
        Assert.Equal(MediaTime.Never, wheel.NextTurn());
    }

    [Fact]
    public void Timer_may_rearm_itself_and_disarm_others_while_it_fires()
    {
        var wheel = new TimerWheel(MediaTime.Zero);
        var fired = 0;
        var victim = new WheelTimer(_ => throw new InvalidOperationException("Disarmed timers stay silent."));
        WheelTimer? self = null;
        self = new WheelTimer(now =>
        {
            wheel.Disarm(victim);
            if (++fired < 5)
            {
                wheel.Arm(self!, now.PlusMs(1));
            }
        });
        wheel.Arm(victim, MediaTime.FromMilliseconds(3));
        wheel.Arm(self, MediaTime.FromMilliseconds(2));

        for (var ms = 1; ms < 20; ms++)
        {
            wheel.Turn(MediaTime.FromMilliseconds(ms));
        }

        Assert.Equal(5, fired);
        Assert.Equal(0, wheel.Count);
    }

    [Fact]
    public void Wheel_agrees_with_a_sorted_list_over_random_operations()
    {
        var random = new SeededRandom(7);
        var now = MediaTime.FromSeconds(100);
        var wheel = new TimerWheel(now);
        var fired = new List<int>();
        var timers = Enumerable.Range(0, 50).Select(i => new WheelTimer(_ => fired.Add(i))).ToArray();
        var model = new Dictionary<int, MediaTime>();
        for (var step = 0; step < 20_000; step++)
        {
            var i = random.Next(timers.Length);
            switch (random.Next(3))
            {
                case 0:
                    var deadline = now.PlusUs(1 + random.Next(9_000_000));
                    wheel.Arm(timers[i], deadline);
                    model[i] = deadline;
                    break;
                case 1:
                    wheel.Disarm(timers[i]);
                    model.Remove(i);
                    break;
                default:
                    now = now.PlusMs(1 + random.Next(random.Next(10) == 0 ? 8000 : 20));
                    fired.Clear();
                    Assert.True(wheel.NextTurn() <= (model.Count == 0 ? MediaTime.Never : model.Values.Min().PlusMs(1)));
                    wheel.Turn(now);
                    var due = model.Where(entry => entry.Value <= now).Select(static entry => entry.Key).Order();
                    Assert.Equal(due, fired.Order());
                    fired.ForEach(f => model.Remove(f));
                    break;
            }

            Assert.Equal(model.Count, wheel.Count);
        }
    }
}
