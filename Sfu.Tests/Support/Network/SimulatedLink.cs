namespace Sfu.Tests.Support.Network;

/// <summary>
/// One direction of a path: a bottleneck with a queue, whose rate changes over time, then delay, jitter and loss. The same for the same
/// seed. Time is microseconds since its start and never goes back.
/// </summary>
internal sealed class SimulatedLink<T>(LinkProfile profile, int seed)
{
    private readonly Random _random = new(seed);
    private readonly Queue<(T Item, int Bytes)> _waiting = new();
    private readonly Queue<(T Item, long ArrivalUs)> _flying = new();
    private double _headBitsLeft;
    private double _servedUntilUs;
    private long _queuedBits;
    private long _lastArrivalUs;
    private int _burstLeft;

    public long Sent { get; private set; }

    /// <summary>For lack of room in the queue.</summary>
    public long Dropped { get; private set; }

    /// <summary>On the way.</summary>
    public long Lost { get; private set; }

    /// <summary>When the next packet arrives; those that wait at the bottleneck may come sooner than is known.</summary>
    public long NextUs
    {
        get
        {
            if (_flying.TryPeek(out var flying))
            {
                return flying.ArrivalUs;
            }

            // The head leaves no sooner than this, and its arrival is not known before.
            return _waiting.Count > 0 ? (long)(_servedUntilUs + (_headBitsLeft * 1e6 / profile.RateAt((long)_servedUntilUs))) + 1 : long.MaxValue;
        }
    }

    public void Send(T item, int bytes, long nowUs)
    {
        Serve(nowUs);
        Sent++;
        if (QueueUs(nowUs) > profile.MaxQueue.TotalMicroseconds)
        {
            Dropped++;
            return;
        }

        if (_waiting.Count == 0)
        {
            _servedUntilUs = nowUs;
            _headBitsLeft = bytes * 8;
        }

        _waiting.Enqueue((item, bytes));
        _queuedBits += bytes * 8;
    }

    public bool TryReceive(long nowUs, out T item) => TryReceive(nowUs, out item, out _);

    /// <param name="nowUs">Microseconds since the start.</param>
    /// <param name="item">What has arrived.</param>
    /// <param name="arrivedUs">When it did, which may be before now.</param>
    public bool TryReceive(long nowUs, out T item, out long arrivedUs)
    {
        Serve(nowUs);
        if (_flying.TryPeek(out var flying) && flying.ArrivalUs <= nowUs)
        {
            _flying.Dequeue();
            (item, arrivedUs) = flying;
            return true;
        }

        (item, arrivedUs) = (default!, 0);
        return false;
    }

    /// <summary>How long a packet that comes now would wait.</summary>
    public long QueueUs(long nowUs)
    {
        Serve(nowUs);
        var bits = _waiting.TryPeek(out var head) ? _queuedBits - (head.Bytes * 8) + _headBitsLeft : 0;
        return (long)(bits * 1e6 / profile.RateAt(nowUs));
    }

    private void Serve(long nowUs)
    {
        while (_waiting.TryPeek(out var head))
        {
            var rate = profile.RateAt((long)_servedUntilUs);
            var until = Math.Min(nowUs, profile.NextChangeAfter((long)_servedUntilUs));
            var doneUs = _servedUntilUs + (_headBitsLeft * 1e6 / rate);
            if (doneUs > until)
            {
                _headBitsLeft -= Math.Max(0, until - _servedUntilUs) * rate / 1e6;
                _servedUntilUs = Math.Max(_servedUntilUs, until);
                if (until == nowUs)
                {
                    return;
                }

                continue;
            }

            _waiting.Dequeue();
            _queuedBits -= head.Bytes * 8;
            _servedUntilUs = doneUs;
            _headBitsLeft = _waiting.TryPeek(out var next) ? next.Bytes * 8 : 0;
            Depart(head.Item, (long)doneUs);
        }
    }

    private void Depart(T item, long atUs)
    {
        if (_burstLeft == 0 && profile.BurstChance > 0 && _random.NextDouble() < profile.BurstChance)
        {
            _burstLeft = profile.BurstLength;
        }

        if (_burstLeft > 0 || _random.NextDouble() < profile.Loss)
        {
            _burstLeft = Math.Max(0, _burstLeft - 1);
            Lost++;
            return;
        }

        var jitterUs = (long)(_random.NextDouble() * profile.Jitter.TotalMicroseconds);
        _lastArrivalUs = Math.Max(_lastArrivalUs, atUs + (long)profile.OneWay.TotalMicroseconds + jitterUs);
        _flying.Enqueue((item, _lastArrivalUs));
    }
}
