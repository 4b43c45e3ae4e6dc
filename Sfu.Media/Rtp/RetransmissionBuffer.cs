using Sfu.Media.Buffers;
using Sfu.Media.Wire;

namespace Sfu.Media.Rtp;

/// <summary>
/// Index of one consumer's sent packets by sequence number, for retransmission. It owns each item from <see cref="TryStore"/> on and
/// gives it back by the
/// callback exactly once: when it grows too old, when the range of numbers grows too long, on a restart of the numbers, or by
/// <see cref="Clear"/>. The index begins with the first item and doubles up to its bound; then it allocates nothing. One that has grown is
/// given back when all items are. Media thread only.
/// </summary>
/// <remarks>An index of 2 s at 500 packets per second takes 1,024 slots of eight bytes and an item each.</remarks>
/// <typeparam name="T">Reference to a pooled packet.</typeparam>
public sealed class RetransmissionBuffer<T>
{
    /// <summary>Range of sequence numbers kept at most.</summary>
    public const int DefaultCapacity = 2500;

    public const long VideoMaxAgeUs = 2_000_000;
    public const long AudioMaxAgeUs = 1_000_000;

    private const int InitialSlots = 128;

    // Times are kept in units of 16 µs.
    private const int MomentShift = 4;

    private readonly int _capacity;
    private readonly long _maxAgeUs;
    private readonly Action<T> _onEvicted;

    private Slot[] _slots = [];

    // Unwrapped numbers: the first that may be stored, and the one behind the newest. Equal when empty.
    private long _first;
    private long _end;
    private bool _started;

    /// <param name="onEvicted">Takes back an item. Called inside the other methods; must not call into the buffer.</param>
    /// <param name="maxAgeUs">Items older than this are given back.</param>
    /// <param name="capacity">Range of sequence numbers, 1 … 16384.</param>
    public RetransmissionBuffer(Action<T> onEvicted, long maxAgeUs = VideoMaxAgeUs, int capacity = DefaultCapacity)
    {
        ArgumentNullException.ThrowIfNull(onEvicted);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxAgeUs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 16384);
        _onEvicted = onEvicted;
        _maxAgeUs = maxAgeUs;
        _capacity = capacity;
    }

    /// <summary>Items held.</summary>
    public int Count { get; private set; }

    /// <summary>Stores a packet that was sent, and gives back what became too old by it.</summary>
    /// <param name="sequence">Number as sent to the subscriber.</param>
    /// <param name="item">Owned by the buffer when the call returns true, else still by the caller.</param>
    /// <param name="now">Time of sending.</param>
    /// <returns>False when the number is stored already or lies before the range.</returns>
    public bool TryStore(ushort sequence, T item, MediaTime now)
    {
        EvictExpired(now);
        var extended = _started ? Serial.Unwrap(sequence, _end - 1) : sequence;
        if (!_started || Count == 0)
        {
            _started = true;
            _first = extended;
            _end = extended;
        }

        if (extended < _first)
        {
            if (_end - extended > _capacity)
            {
                return false;
            }

            EnsureSlots(_end - extended);
            _first = extended;
        }
        else if (extended >= _end)
        {
            EvictBefore(extended + 1 - _capacity);
            if (Count == 0)
            {
                _first = extended;
            }

            EnsureSlots(extended + 1 - _first);
            _end = extended + 1;
        }

        ref var slot = ref SlotOf(extended);
        if (slot.IsUsed)
        {
            return false;
        }

        slot = new Slot { Item = item, StoredAt = Moment(now) };
        Count++;
        return true;
    }

    /// <summary>Looks up a packet that the subscriber lacks.</summary>
    /// <param name="sequence">From its NACK.</param>
    /// <param name="now">Call time; the packet counts as sent again at it.</param>
    /// <param name="minIntervalUs">A packet sent again less than this ago is not sent once more: the round-trip time.</param>
    /// <param name="item">Still owned by the buffer.</param>
    public RetransmissionLookup TryGet(ushort sequence, MediaTime now, long minIntervalUs, out T? item)
    {
        item = default;
        if (Count == 0)
        {
            return RetransmissionLookup.NotStored;
        }

        var extended = Serial.Unwrap(sequence, _end - 1);
        if (extended < _first || extended >= _end)
        {
            return RetransmissionLookup.NotStored;
        }

        ref var slot = ref SlotOf(extended);
        if (!slot.IsUsed || UsBetween(slot.StoredAt, now) > _maxAgeUs)
        {
            return RetransmissionLookup.NotStored;
        }

        if (slot.ResentAt != Slot.NoMoment && UsBetween(slot.ResentAt, now) < minIntervalUs)
        {
            return RetransmissionLookup.TooSoon;
        }

        slot.ResentAt = Moment(now);
        item = slot.Item;
        return RetransmissionLookup.Found;
    }

    /// <summary>The newest item. It does not count as sent again.</summary>
    public bool TryGetNewest(MediaTime now, out ushort sequence, out T? item)
    {
        sequence = (ushort)(_end - 1);
        item = default;
        if (Count == 0)
        {
            return false;
        }

        // The last number is always stored: the end moves by storing.
        ref var slot = ref SlotOf(_end - 1);
        item = slot.Item;
        return slot.IsUsed && UsBetween(slot.StoredAt, now) <= _maxAgeUs;
    }

    /// <summary>Gives back the items that are too old. <see cref="TryStore"/> does it too; a timer does it for a stream that
    /// stopped.</summary>
    public void EvictExpired(MediaTime now)
    {
        while (Count > 0)
        {
            ref var slot = ref SlotOf(_first);
            if (slot.IsUsed && UsBetween(slot.StoredAt, now) <= _maxAgeUs)
            {
                return;
            }

            EvictFirst(ref slot);
        }

        if (_slots.Length > InitialSlots)
        {
            _slots = [];
        }
    }

    /// <summary>Gives back all items.</summary>
    public void Clear()
    {
        EvictBefore(_end);
        _started = false;
        _slots = [];
    }

    private static uint Moment(MediaTime time)
    {
        var moment = (uint)(time.Us >> MomentShift);
        return moment == Slot.NoMoment ? moment + 1 : moment;
    }

    /// <summary>Modulo 19 hours: items live for seconds.</summary>
    private static long UsBetween(uint moment, MediaTime now) => (long)(Moment(now) - moment) << MomentShift;

    private void EvictBefore(long sequence)
    {
        while (Count > 0 && _first < sequence)
        {
            EvictFirst(ref SlotOf(_first));
        }
    }

    private void EvictFirst(ref Slot slot)
    {
        _first++;
        if (slot.IsUsed)
        {
            var item = slot.Item;
            slot = default;
            Count--;
            _onEvicted(item);
        }
    }

    private void EnsureSlots(long range)
    {
        if (range <= _slots.Length)
        {
            return;
        }

        var length = Math.Max(_slots.Length, InitialSlots);
        while (length < range)
        {
            length *= 2;
        }

        var old = _slots;
        _slots = new Slot[length];
        for (var sequence = _first; sequence < _end; sequence++)
        {
            SlotOf(sequence) = old[(int)(sequence & (old.Length - 1))];
        }
    }

    /// <summary>Asks the processor for the slots that the next packet fills and frees.</summary>
    public void Prefetch()
    {
        if (_slots.Length > 0)
        {
            CacheHint.Line(ref SlotOf(_first));
            CacheHint.Line(ref SlotOf(_end));
        }
    }

    private ref Slot SlotOf(long sequence) => ref _slots[(int)(sequence & (_slots.Length - 1))];

    private struct Slot
    {
        /// <summary>What no time is.</summary>
        public const uint NoMoment = 0;

        public T Item;
        public uint StoredAt;
        public uint ResentAt;

        public readonly bool IsUsed => StoredAt != NoMoment;
    }
}
