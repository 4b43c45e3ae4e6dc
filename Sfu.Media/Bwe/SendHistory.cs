using Sfu.Media.Buffers;
using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// What left a transport, by transport-wide sequence number, until feedback says what became of it. A ring that grows with the number of
/// packets under way to <see cref="MaxCapacity"/>, and then forgets the oldest. Four bytes for each. Media thread only.
/// </summary>
internal sealed class SendHistory
{
    public const int MaxCapacity = 8192;

    /// <summary>Feedback about what left longer ago says nothing about the path as it is.</summary>
    public const long MaxAgeUs = 3_000_000;

    private const int InitialCapacity = 64;

    // Owned.
    private readonly ProbeRanges _probes = new();

    private Entry[] _ring = [];

    // Unwrapped numbers: the first remembered, and the one behind the newest. Equal when empty.
    private long _first;
    private long _end;
    private long _newestUs;

    /// <summary>Bytes that nothing is known about yet.</summary>
    public long BytesInFlight { get; private set; }

    public bool IsEmpty => _first == _end;

    /// <summary>A packet leaves. Numbers follow each other; a gap means that what lies in it was never sent.</summary>
    public void Add(ushort sequence, int size, byte probeCluster, MediaTime now)
    {
        var extended = _end == 0 ? sequence + 0x10000L : Serial.Unwrap(sequence, _end - 1);
        if (_end == 0)
        {
            _first = _end = extended;
        }
        else if (extended < _end)
        {
            return;
        }

        // As long as the newest is the one that the times are counted from.
        DropSettled(now);
        while (_end < extended && extended - _end < MaxCapacity)
        {
            Append(default);
        }

        if (_end < extended)
        {
            Clear();
            _first = _end = extended;
        }

        _newestUs = now.Us;
        if (probeCluster != 0)
        {
            _probes.Add(probeCluster, extended);
        }

        var entry = Entry.Of(now.Us, size);
        Append(entry);
        BytesInFlight += entry.Size;
    }

    /// <summary>What feedback says about one number. False: nothing new, or about what was never sent.</summary>
    /// <param name="sequence">The number.</param>
    /// <param name="arrivalUs">On the receiver's clock; <see cref="PacketResult.Lost"/> when it did not arrive.</param>
    /// <param name="result">Valid when true.</param>
    public bool TryResolve(ushort sequence, long arrivalUs, out PacketResult result)
    {
        result = default;
        var extended = Unwrap(sequence);
        if (extended < _first || extended >= _end)
        {
            return false;
        }

        ref var entry = ref EntryOf(extended);
        var received = arrivalUs != PacketResult.Lost;
        if (!entry.IsOpen || (entry.IsLost && !received))
        {
            return false;
        }

        if (!entry.IsLost)
        {
            BytesInFlight -= entry.Size;
        }

        result = new PacketResult(entry.SendUs(_newestUs), arrivalUs, entry.Size, _probes.ClusterOf(extended), entry.IsLost);
        entry = received ? default : entry.AsLost();
        return true;
    }

    /// <summary>Whether feedback may still say something about the number, or about later ones.</summary>
    public bool IsBeforeEnd(ushort sequence) => _first < _end && Unwrap(sequence) < _end;

    /// <summary>Whether feedback may still say something about the number.</summary>
    public bool IsOpen(ushort sequence) => Unwrap(sequence) is var extended && extended >= _first && extended < _end && EntryOf(extended).IsOpen;

    /// <summary>The number in the order of sending.</summary>
    public long Unwrap(ushort sequence) => Serial.Unwrap(sequence, _end - 1);

    public void Clear()
    {
        _first = _end;
        BytesInFlight = 0;
        if (_ring.Length > InitialCapacity)
        {
            _ring = [];
        }
    }

    private void Append(Entry entry)
    {
        if (_end - _first >= _ring.Length)
        {
            if (_ring.Length < MaxCapacity)
            {
                Grow();
            }
            else
            {
                DropFirst();
            }
        }

        EntryOf(_end) = entry;
        _end++;
    }

    private void DropSettled(MediaTime now)
    {
        while (_first < _end)
        {
            ref var oldest = ref EntryOf(_first);
            if (oldest.IsOpen && now.Us - oldest.SendUs(_newestUs) <= MaxAgeUs)
            {
                return;
            }

            DropFirst();
        }
    }

    private void DropFirst()
    {
        ref var oldest = ref EntryOf(_first);
        if (oldest.IsOpen && !oldest.IsLost)
        {
            BytesInFlight -= oldest.Size;
        }

        _first++;
    }

    private void Grow()
    {
        var old = _ring;
        _ring = new Entry[Math.Max(InitialCapacity, old.Length * 2)];
        for (var sequence = _first; sequence < _end; sequence++)
        {
            EntryOf(sequence) = old[(int)(sequence & (old.Length - 1))];
        }
    }

    /// <summary>Asks the processor for the entries that the next packet fills and frees.</summary>
    public void Prefetch()
    {
        if (_ring.Length > 0)
        {
            CacheHint.Line(ref EntryOf(_first));
            CacheHint.Line(ref EntryOf(_end));
        }
    }

    private ref Entry EntryOf(long sequence) => ref _ring[(int)(sequence & (_ring.Length - 1))];

    /// <summary>
    /// |time of sending, in units of 4 µs modulo 4.2 s (20)|size (11)|reported lost (1)|. All zero: never sent, or received. The age of what
    /// is remembered, counted from the newest packet, is less than the time takes to wrap around.
    /// </summary>
    private readonly record struct Entry(uint Packed)
    {
        private const int TimeUnitShift = 2;
        private const uint TimeMask = (1u << 20) - 1;
        private const int TimePosition = 12;
        private const int SizePosition = 1;
        private const uint SizeMask = (1u << 11) - 1;
        private const uint Lost = 1;

        public bool IsOpen => Packed != 0;

        public bool IsLost => (Packed & Lost) != 0;

        public int Size => (int)((Packed >> SizePosition) & SizeMask);

        public static Entry Of(long us, int size) =>
            new((Moment(us) << TimePosition) | ((uint)Math.Clamp(size, 1, (int)SizeMask) << SizePosition));

        public Entry AsLost() => new(Packed | Lost);

        public long SendUs(long newestUs) =>
            ((newestUs >> TimeUnitShift) - ((Moment(newestUs) - (Packed >> TimePosition)) & TimeMask)) << TimeUnitShift;

        private static uint Moment(long us) => (uint)(us >> TimeUnitShift) & TimeMask;
    }
}
