using Sfu.Media.Buffers;
using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// What left a transport, by transport-wide sequence number, until feedback says what became of it. A ring that grows with the number of
/// packets under way to <see cref="MaxCapacity"/>, and then forgets the oldest. Media thread only.
/// </summary>
internal sealed class SendHistory
{
    public const int MaxCapacity = 8192;

    /// <summary>Feedback about what left longer ago says nothing about the path as it is.</summary>
    public const long MaxAgeUs = 3_000_000;

    private const int InitialCapacity = 128;

    // Times are kept in units of 8 µs.
    private const int MomentShift = 3;

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

        while (_end < extended && extended - _end < MaxCapacity)
        {
            Append(default, now);
        }

        if (_end < extended)
        {
            Clear();
            _first = _end = extended;
        }

        _newestUs = now.Us;
        Append(new Entry { SentAt = Moment(now.Us), Size = (ushort)Math.Min(size, ushort.MaxValue), ProbeCluster = probeCluster, State = State.Sent }, now);
        BytesInFlight += size;
    }

    /// <summary>What feedback says about one number. False: nothing new, or about what was never sent.</summary>
    /// <param name="sequence">The number.</param>
    /// <param name="arrivalUs">On the receiver's clock; <see cref="PacketResult.Lost"/> when it did not arrive.</param>
    /// <param name="result">Valid when true.</param>
    public bool TryResolve(ushort sequence, long arrivalUs, out PacketResult result)
    {
        result = default;
        var extended = Serial.Unwrap(sequence, _end - 1);
        if (extended < _first || extended >= _end)
        {
            return false;
        }

        ref var entry = ref EntryOf(extended);
        var received = arrivalUs != PacketResult.Lost;
        if (entry.State is State.None or State.Received || (entry.State == State.Lost && !received))
        {
            return false;
        }

        var wasLost = entry.State == State.Lost;
        if (!wasLost)
        {
            BytesInFlight -= entry.Size;
        }

        entry.State = received ? State.Received : State.Lost;
        result = new PacketResult(SendUs(entry), arrivalUs, entry.Size, entry.ProbeCluster, wasLost);
        return true;
    }

    /// <summary>Whether feedback may still say something about the number, or about later ones.</summary>
    public bool IsBeforeEnd(ushort sequence) => _first < _end && Serial.Unwrap(sequence, _end - 1) < _end;

    public void Clear()
    {
        _first = _end;
        BytesInFlight = 0;
        if (_ring.Length > InitialCapacity)
        {
            _ring = [];
        }
    }

    private void Append(in Entry entry, MediaTime now)
    {
        DropSettled(now);
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
            if (oldest.State is not (State.None or State.Received) && now.Us - SendUs(oldest) <= MaxAgeUs)
            {
                return;
            }

            DropFirst();
        }
    }

    private void DropFirst()
    {
        ref var oldest = ref EntryOf(_first);
        if (oldest.State == State.Sent)
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

    private static uint Moment(long us) => (uint)(us >> MomentShift);

    /// <summary>From the time of the newest: entries live for seconds, moments wrap after hours.</summary>
    private long SendUs(in Entry entry) => ((_newestUs >> MomentShift) - (Moment(_newestUs) - entry.SentAt)) << MomentShift;

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

    private enum State : byte
    {
        None,
        Sent,
        Lost,
        Received,
    }

    private struct Entry
    {
        public uint SentAt;
        public ushort Size;
        public byte ProbeCluster;
        public State State;
    }
}
