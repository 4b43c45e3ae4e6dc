using System.Numerics;

namespace Sfu.Media.Wire;

/// <summary>A timer that can be armed in one <see cref="TimerWheel"/>. Reused for the life of its owner; arming allocates nothing.</summary>
public sealed class WheelTimer(Action<MediaTime> fire)
{
    internal readonly Action<MediaTime> Fire = fire;
    internal WheelTimer? Next;
    internal WheelTimer? Previous;
    internal int Bucket = -1;

    public bool IsArmed => Bucket >= 0;

    /// <summary>When it fires; <see cref="MediaTime.Never"/> while not armed.</summary>
    public MediaTime Deadline { get; internal set; } = MediaTime.Never;
}

/// <summary>
/// A hashed timing wheel of one-millisecond buckets. Arming and disarming are O(1); a timer beyond the wheel's horizon stays in
/// its bucket for another round. A timer never fires early and at most a millisecond late, if the wheel is turned in time.
/// Media thread only.
/// </summary>
public sealed class TimerWheel
{
    private const int Size = 4096;
    private const int Mask = Size - 1;
    private const long TickUs = 1000;

    private readonly WheelTimer?[] _buckets = new WheelTimer?[Size];
    private readonly ulong[] _occupied = new ulong[Size / 64];
    private long _currentTick;

    /// <summary>Timers armed.</summary>
    public int Count { get; private set; }

    public TimerWheel(MediaTime now) => _currentTick = now.Us / TickUs;

    public void Arm(WheelTimer timer, MediaTime deadline)
    {
        ArgumentNullException.ThrowIfNull(timer);
        Disarm(timer);
        if (deadline == MediaTime.Never)
        {
            return;
        }

        // Rounded up, so that it does not fire early; a deadline in the past fires at the next turn.
        var tick = Math.Max((deadline.Us + TickUs - 1) / TickUs, _currentTick + 1);
        var bucket = (int)(tick & Mask);
        timer.Deadline = deadline;
        timer.Bucket = bucket;
        timer.Previous = null;
        timer.Next = _buckets[bucket];
        if (timer.Next is not null)
        {
            timer.Next.Previous = timer;
        }

        _buckets[bucket] = timer;
        _occupied[bucket >> 6] |= 1UL << (bucket & 63);
        Count++;
    }

    /// <summary>Arms the timer if it is not armed or is armed for later.</summary>
    public void ArmEarlier(WheelTimer timer, MediaTime deadline)
    {
        ArgumentNullException.ThrowIfNull(timer);
        if (deadline < timer.Deadline)
        {
            Arm(timer, deadline);
        }
    }

    public void Disarm(WheelTimer timer)
    {
        ArgumentNullException.ThrowIfNull(timer);
        if (!timer.IsArmed)
        {
            return;
        }

        if (timer.Previous is null)
        {
            _buckets[timer.Bucket] = timer.Next;
            if (timer.Next is null)
            {
                _occupied[timer.Bucket >> 6] &= ~(1UL << (timer.Bucket & 63));
            }
        }
        else
        {
            timer.Previous.Next = timer.Next;
        }

        if (timer.Next is not null)
        {
            timer.Next.Previous = timer.Previous;
        }

        timer.Next = timer.Previous = null;
        timer.Bucket = -1;
        timer.Deadline = MediaTime.Never;
        Count--;
    }

    /// <summary>The time at which the wheel should next be turned: the earliest occupied bucket's, or <see cref="MediaTime.Never"/>.</summary>
    public MediaTime NextTurn()
    {
        if (Count == 0)
        {
            return MediaTime.Never;
        }

        for (var offset = 1; offset <= Size;)
        {
            var bucket = (int)((_currentTick + offset) & Mask);
            var word = _occupied[bucket >> 6] >> (bucket & 63);
            if (word != 0)
            {
                return new MediaTime((_currentTick + offset + BitOperations.TrailingZeroCount(word)) * TickUs);
            }

            offset += 64 - (bucket & 63);
        }

        return MediaTime.Never;
    }

    /// <summary>Fires every timer whose deadline has come. A timer may arm or disarm any timer, itself included, while it fires.</summary>
    public void Turn(MediaTime now)
    {
        var target = now.Us / TickUs;
        if (target <= _currentTick)
        {
            return;
        }

        // After a long pause each bucket is visited once; the deadlines in them decide.
        var first = Math.Max(_currentTick + 1, target - Size + 1);
        for (var tick = first; tick <= target && Count > 0; tick++)
        {
            var bucket = (int)(tick & Mask);
            _currentTick = tick;
            var timer = _buckets[bucket];
            while (timer is not null)
            {
                if (timer.Deadline <= now)
                {
                    Disarm(timer);
                    timer.Fire(now);

                    // What fired may have changed this bucket in any way: begin it anew.
                    timer = _buckets[bucket];
                }
                else
                {
                    timer = timer.Next;
                }
            }
        }

        _currentTick = target;
    }
}
