using Sfu.Media.Wire;

namespace Sfu.Media.Rtp;

/// <summary>
/// Decides which packets of one received stream to ask for again, and when. Sans-IO: the caller sends what <see cref="TakeDue"/>
/// returns
/// as a generic NACK and a key frame request when <see cref="TakeKeyFrameRequest"/> says so. Bounded; allocates only while it grows to the
/// largest gap seen. Media thread only.
/// </summary>
public sealed class NackGenerator
{
    /// <summary>Most packets missing at a time; beyond it only a key frame helps.</summary>
    public const int MaxMissing = 1000;

    public const int MaxRetries = 10;

    public const long DefaultInitialDelayUs = 10_000;

    /// <summary>Shortest time between two requests for one packet.</summary>
    public const long MinRetryIntervalUs = 40_000;

    private const int InitialMissing = 16;

    // Numbers this far behind the newest are given up.
    private const int MaxAge = 10_000;

    // How far ahead of the newest a retransmission is remembered.
    private const int RecoveredAhead = SequenceBitmap.Size / 2;

    private readonly long _initialDelayUs;

    private Missing[] _missing = [];
    private int _count;
    private bool _started;
    private long _highest;
    private long _keyFrame;
    private bool _hasKeyFrame;
    private bool _needsKeyFrame;

    // Packets ahead of the newest that a retransmission brought, so that the gap they fill is not asked for.
    private SequenceBitmap _recovered;

    /// <param name="initialDelayUs">Time from the discovery of a gap to the first request: reordered packets come meanwhile.</param>
    public NackGenerator(long initialDelayUs = DefaultInitialDelayUs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(initialDelayUs);
        _initialDelayUs = initialDelayUs;
    }

    /// <summary>When <see cref="TakeDue"/> wants to be called; <see cref="MediaTime.Never"/> when nothing is missing.</summary>
    public MediaTime NextTimeout { get; private set; } = MediaTime.Never;

    /// <summary>Round-trip time to the sender, the interval of repeated requests. 0 when unknown.</summary>
    public long RttUs { get; set; }

    /// <summary>Packets that are missing and still asked for.</summary>
    public int MissingCount => _count;

    /// <summary>So many packets are missing that asking for them is pointless; <see cref="TakeKeyFrameRequest"/> reads and clears
    /// it.</summary>
    public bool NeedsKeyFrame => _needsKeyFrame;

    private long RetryIntervalUs => Math.Max(RttUs, MinRetryIntervalUs);

    /// <summary>A packet came.</summary>
    /// <param name="sequence">Its number in the original stream.</param>
    /// <param name="isKeyFrame">It starts a key frame: what is missing before it matters no more once the list is full.</param>
    /// <param name="isRecovered">It came by RTX; then it does not prove that packets before it are lost.</param>
    /// <param name="now">Arrival time.</param>
    /// <returns>True when the packet had been asked for.</returns>
    public bool OnPacket(ushort sequence, bool isKeyFrame, bool isRecovered, MediaTime now)
    {
        if (!_started)
        {
            _started = true;
            _highest = sequence;
            NoteKeyFrame(sequence, isKeyFrame);
            return false;
        }

        var extended = Serial.Unwrap(sequence, _highest);
        NoteKeyFrame(extended, isKeyFrame);
        if (extended <= _highest)
        {
            return Remove(extended);
        }

        if (isRecovered)
        {
            if (extended <= _highest + RecoveredAhead)
            {
                _recovered.Set(extended);
            }

            return false;
        }

        AddGap(_highest + 1, extended, now);
        _recovered.ClearRange(_highest + 1, extended);
        _highest = extended;
        return false;
    }

    /// <summary>Takes the numbers that are due, oldest first, and counts a try for each.</summary>
    /// <param name="now">Call when <see cref="NextTimeout"/> has come; harmless earlier.</param>
    /// <param name="destination">What does not fit stays due.</param>
    /// <returns>How many were written.</returns>
    public int TakeDue(MediaTime now, Span<ushort> destination)
    {
        if (now < NextTimeout)
        {
            return 0;
        }

        var taken = 0;
        var kept = 0;
        var next = MediaTime.Never;
        for (var i = 0; i < _count; i++)
        {
            var entry = _missing[i];
            if (entry.DueAt <= now && entry.Retries >= MaxRetries)
            {
                // The last try had its time to be answered.
                continue;
            }

            if (entry.DueAt <= now && taken < destination.Length)
            {
                destination[taken++] = (ushort)entry.Sequence;
                entry.Retries++;
                entry.DueAt = now.PlusUs(RetryIntervalUs);
            }

            next = MediaTime.Min(next, entry.DueAt);
            _missing[kept++] = entry;
        }

        _count = kept;
        NextTimeout = next;
        return taken;
    }

    /// <summary>Reads and clears <see cref="NeedsKeyFrame"/>.</summary>
    public bool TakeKeyFrameRequest()
    {
        var needed = _needsKeyFrame;
        _needsKeyFrame = false;
        return needed;
    }

    /// <summary>Forgets everything, as before the first packet: the stream was paused or restarted.</summary>
    public void Reset()
    {
        _started = false;
        _hasKeyFrame = false;
        _needsKeyFrame = false;
        _recovered.ClearAll();
        Clear();
    }

    private void NoteKeyFrame(long sequence, bool isKeyFrame)
    {
        if (isKeyFrame && (!_hasKeyFrame || sequence > _keyFrame))
        {
            _keyFrame = sequence;
            _hasKeyFrame = true;
        }
    }

    /// <summary>Adds the numbers from <paramref name="first"/> up to, without, <paramref name="end"/>.</summary>
    private void AddGap(long first, long end, MediaTime now)
    {
        RemoveBefore(end - MaxAge);
        if (first == end)
        {
            return;
        }

        if (_count + (end - first) > MaxMissing)
        {
            if (_hasKeyFrame)
            {
                RemoveBefore(_keyFrame);
            }

            if (_count + (end - first) > MaxMissing)
            {
                // When the packet behind the gap starts a key frame itself, there is nothing to ask for.
                _needsKeyFrame = !(_hasKeyFrame && _keyFrame == end);
                Clear();
                return;
            }
        }

        Reserve(_count + (int)(end - first));
        var due = now.PlusUs(_initialDelayUs);
        for (var sequence = first; sequence < end; sequence++)
        {
            if (sequence > _highest + RecoveredAhead || !_recovered[sequence])
            {
                _missing[_count++] = new Missing { Sequence = sequence, DueAt = due };
                NextTimeout = MediaTime.Min(NextTimeout, due);
            }
        }
    }

    private void Reserve(int count)
    {
        if (count > _missing.Length)
        {
            Array.Resize(ref _missing, Math.Min(MaxMissing, Math.Max(count, Math.Max(InitialMissing, _missing.Length * 2))));
        }
    }

    private bool Remove(long sequence)
    {
        int low = 0, high = _count - 1;
        while (low <= high)
        {
            var middle = (low + high) / 2;
            var candidate = _missing[middle].Sequence;
            if (candidate == sequence)
            {
                var wasAskedFor = _missing[middle].Retries > 0;
                _count--;
                Array.Copy(_missing, middle + 1, _missing, middle, _count - middle);
                StopTimerWhenEmpty();
                return wasAskedFor;
            }

            if (candidate < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }

        return false;
    }

    private void RemoveBefore(long sequence)
    {
        var removed = 0;
        while (removed < _count && _missing[removed].Sequence < sequence)
        {
            removed++;
        }

        if (removed > 0)
        {
            _count -= removed;
            Array.Copy(_missing, removed, _missing, 0, _count);
            StopTimerWhenEmpty();
        }
    }

    private void Clear()
    {
        _count = 0;
        NextTimeout = MediaTime.Never;
    }

    private void StopTimerWhenEmpty()
    {
        if (_count == 0)
        {
            NextTimeout = MediaTime.Never;
        }
    }

    private struct Missing
    {
        public long Sequence;
        public MediaTime DueAt;
        public int Retries;
    }
}
