using Sfu.Media.Bwe;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Spreads what a transport sends over time: a key frame to a client behind a narrow path leaves at <see cref="Factor"/> times what the path
/// carries instead of all at once, so that it neither overflows the path's queue nor delays the audio behind it. Media thread only.
/// </summary>
/// <remarks>
/// Video waits, and repetitions, which go first. Audio, RTCP and padding do not; audio counts all the same. Nobody waits while nothing is known
/// about the path, nor while it is probed: a probe is a burst, which media makes as well as padding, and estimates found by evenly spaced media
/// alone come late. What would be too much to keep makes the first in turn leave early: the pacer loses nothing. What would wait for longer than
/// <see cref="PacingQueue.MaxWaitUs"/> at the usual rate leaves faster.
/// </remarks>
internal sealed class EgressPacer(MediaTransport transport, BandwidthEstimator estimator)
{
    /// <summary>Times the target of the estimate. A path that is filled at the estimate by the media alone needs room to catch up.</summary>
    public const double Factor = 2.5;

    // A wake-up costs more than a few packets: several leave with each.
    private const long StepUs = 5_000;

    // State.
    private PacingQueue? _queue;
    private RepairCopies? _copies;
    private PacingBudget _budget;
    private MediaTime _leaveAt = MediaTime.Never;

    /// <summary>When <see cref="OnTime"/> wants to be called.</summary>
    public MediaTime NextTimeout => _copies is null ? _leaveAt : MediaTime.Min(_leaveAt, _copies.NextTimeout);

    /// <summary>Packets that wait.</summary>
    public int Count => _queue?.Count ?? 0;

    /// <summary>Packets that had to wait so far.</summary>
    public long WaitedCount { get; private set; }

    /// <summary>Packets that left before their turn, because too many waited.</summary>
    public long HurriedCount { get; private set; }

    /// <summary>Whether a video packet has to wait: it calls <see cref="Wait"/> then. Otherwise it leaves at once.</summary>
    public bool MustWait(MediaTime now) =>
        estimator.IsMeasured && (Count > 0 || !HasRoom(now));

    /// <summary>Whether a packet that is sent again has to wait. It goes before new media.</summary>
    public bool MustRepairWait(MediaTime now) =>
        estimator.IsMeasured && (_queue is { RepairCount: > 0 } || !HasRoom(now));

    /// <summary>The packet leaves when its turn comes. The queue holds a reference of its own.</summary>
    public void Wait(in WaitingPacket packet, MediaTime now)
    {
        _queue ??= new PacingQueue(transport.Engine.Pool);
        _queue.Add(packet);
        WaitedCount++;
        while (_queue is { IsOver: true })
        {
            HurriedCount++;
            LeaveOne(now);
        }

        if (_leaveAt == MediaTime.Never)
        {
            WakeAfter(now);
        }
    }

    /// <summary>A packet was sent again, and is to be sent again as often as it says, each time a moment later.</summary>
    public void Repeat(in WaitingPacket packet, MediaTime now)
    {
        if (packet.Copies <= 0)
        {
            return;
        }

        _copies ??= new RepairCopies(transport.Engine.Pool);
        _copies.Add(packet, now);
        transport.WakeBy(_copies.NextTimeout);
    }

    /// <summary>A frame is about to leave: copies that are due soon go before it.</summary>
    public void BeforeFrame(MediaTime now)
    {
        if (_copies is not null)
        {
            LeaveAgain(now, RepairCopies.BeforeFrameUs);
        }
    }

    /// <summary>Something left, whether it asked or not.</summary>
    public void OnSent(int bytes)
    {
        if (!estimator.IsProbing)
        {
            _budget.OnSent(bytes);
        }
    }

    /// <summary>The target of the estimate has fallen: the path's queue has no room for a burst of the former rate.</summary>
    public void OnNarrowed() => _budget.OnNarrowed(Rate);

    /// <summary>Lets what may leave now leave.</summary>
    public void OnTime(MediaTime now)
    {
        if (now < NextTimeout)
        {
            return;
        }

        if (!transport.CanSend)
        {
            transport.Egress.DropWaiting();
            return;
        }

        LeaveAgain(now, earlyUs: 0);
        if (now < _leaveAt)
        {
            return;
        }

        _leaveAt = MediaTime.Never;
        while (Count > 0 && HasRoom(now))
        {
            LeaveOne(now);
        }

        if (Count > 0)
        {
            WakeAfter(now);
        }
    }

    /// <summary>The first in turn leaves, whether it may or not: the path is probed. False: nothing waits.</summary>
    public bool LeaveOne(MediaTime now)
    {
        if (_queue?.TryTake(out var packet) != true)
        {
            return false;
        }

        try
        {
            packet.Stream.Leave(packet, now);
        }
        finally
        {
            transport.Engine.Pool.Release(packet.Index);
        }

        return true;
    }

    /// <summary>A stream ends or pauses.</summary>
    /// <returns>Packets forgotten.</returns>
    public int Discard(IPacedStream stream)
    {
        _copies?.Discard(stream);
        return _queue?.Discard(stream) ?? 0;
    }

    /// <summary>Nothing has been sent for a while. Gives memory back.</summary>
    public void OnIdle()
    {
        if (Count == 0)
        {
            _queue = null;
        }

        _copies?.Clear();
        _copies = null;
    }

    /// <summary>Nothing can leave any more. Gives memory back.</summary>
    /// <returns>Packets forgotten.</returns>
    public int Clear()
    {
        var count = _queue?.Clear() ?? 0;
        _queue = null;
        _copies?.Clear();
        _copies = null;
        _leaveAt = MediaTime.Never;
        return count;
    }

    // A queue that is full has no room for a key frame in one go: it leaves as the queue empties.
    private long Rate => Math.Max((long)((estimator.IsEmptying ? 1 : Factor) * estimator.Target), _queue?.DrainRate ?? 0);

    private bool HasRoom(MediaTime now) => estimator.IsProbing || _budget.HasRest || _budget.HasRoom(Rate, now);

    private void WakeAfter(MediaTime now)
    {
        _leaveAt = now.PlusUs(Math.Max(StepUs, _budget.UsUntilRoom(Rate)));
        transport.WakeBy(_leaveAt);
    }

    private void LeaveAgain(MediaTime now, long earlyUs)
    {
        while (_copies is not null && _copies.TryTake(now, out var packet, earlyUs))
        {
            try
            {
                packet.Stream.Repeat(packet, now);
            }
            finally
            {
                transport.Engine.Pool.Release(packet.Index);
            }
        }

        transport.WakeBy(NextTimeout);
    }
}
