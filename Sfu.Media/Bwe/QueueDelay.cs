using System.Runtime.CompilerServices;
using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// How long packets wait in the path's queue: the least one-way delay of the last feedback over the least of the last ten seconds. Two clocks
/// drift apart by less than a millisecond in that time. Media thread only.
/// </summary>
internal sealed class QueueDelay
{
    private const int BucketCount = 10;
    private const long BucketUs = 1_000_000;
    private const long MaxJumpUs = 5_000_000;

    private const long BusyUs = 30_000;
    private const int MinBusyPackets = 4;
    private const long MinBusySpanUs = 40_000;
    private const long MaxJitterUs = 100_000;
    private const long UsualWeight = 3;

    // Of evenly scattered delays that distance is two sevenths of their spread on average.
    private const long ScatterFactor = 7;

    private Buckets _buckets;
    private int _used;
    private int _newest;
    private long _bucketStartUs;
    private long _least;
    private long _most;
    private long _sum;
    private long _count;

    // Against which delays are summed up: clocks may be far apart.
    private long _base;
    private bool _hasUsual;

    private long _withinUs;
    private long _betweenUs;
    private long _previousLeast;
    private long _beforeLeast;
    private int _leastCount;

    // The packets up to the last one that all waited.
    private int _busyPackets;
    private long _busyBytes;
    private long _busyFromUs;
    private long _busyToUs;
    private long _busyFirst;
    private long _busyLast;
    private bool _isBusySure;

    // When the last one came that did not wait: the bottleneck began no sooner with the one behind it, nor before that could be there.
    private long _inTimeUs;

    /// <summary>0 while nothing is known.</summary>
    public long Us { get; private set; }

    /// <summary>
    /// One-way delay of late, jitter included and probes left out, between two clocks that have nothing to do with each other.
    /// </summary>
    public long UsualUs { get; private set; }

    /// <summary>
    /// How far the delays of packets scatter: on average within one feedback or, where that tells of few packets, from one feedback to the
    /// next.
    /// </summary>
    public long JitterUs => Math.Max(_withinUs, _betweenUs);

    /// <summary>Begins with the packets of one feedback.</summary>
    public void Begin()
    {
        _least = long.MaxValue;
        _most = long.MinValue;
        _sum = _count = 0;
    }

    public void Add(in PacketResult packet)
    {
        var delay = packet.ArrivalUs - packet.SendUs;
        _least = Math.Min(_least, delay);
        _most = Math.Max(_most, delay);
        if (packet.ProbeCluster == 0)
        {
            _sum += delay - _base;
            _count++;
        }

        NoteBusy(packet, delay);
    }

    /// <summary>The rate at which the packets came that waited one behind the other until now: what the path carries.</summary>
    /// <returns>False: there is no queue that grows, or it is too short to tell.</returns>
    public bool TryGetServed(out long bitrate)
    {
        bitrate = _isBusySure ? _busyBytes * 8_000_000 / Math.Max(1, _busyToUs - _busyFromUs) : 0;
        return _isBusySure;
    }

    private void NoteBusy(in PacketResult packet, long delay)
    {
        if (_used == 0 || delay < _base + BusyUs + JitterUs)
        {
            _busyPackets = 0;
            _inTimeUs = packet.ArrivalUs;
            return;
        }

        if (_busyPackets++ == 0)
        {
            _busyBytes = 0;
            _busyFromUs = Math.Max(_inTimeUs, packet.SendUs + _base);
            _busyFirst = delay;
        }

        _busyBytes += packet.Size;
        _busyToUs = packet.ArrivalUs;
        _busyLast = delay;
    }

    /// <summary>What is taken for a queue does not empty: the path has become longer.</summary>
    public void Rebase()
    {
        _used = 0;
        Us = 0;
        _busyPackets = 0;
    }

    /// <summary>All packets of the feedback are added.</summary>
    public void End(MediaTime now)
    {
        if (_least == long.MaxValue)
        {
            return;
        }

        if (_used == 0 || Math.Abs(_least - _buckets[_newest]) > MaxJumpUs)
        {
            _used = 1;
            _newest = 0;
            _buckets[0] = _least;
            _withinUs = Math.Min(_most - _least, MaxJitterUs);
            _leastCount = 0;
            _bucketStartUs = now.Us;
        }
        else if (now.Us - _bucketStartUs >= BucketUs)
        {
            _newest = (_newest + 1) % BucketCount;
            _used = Math.Min(_used + 1, BucketCount);
            _buckets[_newest] = _least;
            _bucketStartUs = now.Us;
        }

        _buckets[_newest] = Math.Min(_buckets[_newest], _least);
        var floor = long.MaxValue;
        for (var i = 0; i < _used; i++)
        {
            floor = Math.Min(floor, _buckets[i]);
        }

        // Where a queue has begun to grow among the packets of the feedback, its first ones tell of what was before.
        _isBusySure = _busyPackets >= MinBusyPackets && _busyLast >= _busyFirst && _busyToUs - _busyFromUs >= MinBusySpanUs;
        Us = (_isBusySure ? Math.Max(_least, _busyFirst) : _least) - floor;
        if (_count > 0)
        {
            var mean = _base + (_sum / _count);
            UsualUs = _hasUsual && Math.Abs(mean - UsualUs) <= MaxJumpUs ? UsualUs + ((mean - UsualUs) / UsualWeight) : mean;
            _hasUsual = true;
        }

        _base = floor;
        _withinUs += (Math.Min(_most - _least, MaxJitterUs) - _withinUs) / 8;
        NoteScatter();
    }

    /// <summary>A queue that grows or empties is no jitter: what counts is how far the middle one of three is off the line between the others.</summary>
    private void NoteScatter()
    {
        if (_leastCount >= 2)
        {
            var off = Math.Abs(_previousLeast - ((_least + _beforeLeast) / 2));
            _betweenUs += (Math.Min(ScatterFactor * off / 2, MaxJitterUs) - _betweenUs) / 8;
        }

        _leastCount = Math.Min(_leastCount + 1, 2);
        _beforeLeast = _previousLeast;
        _previousLeast = _least;
    }

    [InlineArray(BucketCount)]
    private struct Buckets
    {
        private long _first;
    }
}
