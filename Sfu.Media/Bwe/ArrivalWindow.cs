using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// When the last packets of one range of sequence numbers came, and which of them still have to be reported. A packet that comes late is
/// reported again with all that follow it, so that it does not stay reported as lost. Bounded; allocates only while it grows with the packet
/// rate. Media thread only.
/// </summary>
/// <remarks>
/// <para>
/// A ring over the last numbers, also after they were reported. It has room for four times what waits for a report, 256 to
/// <see cref="Capacity"/> numbers: 1 KB up to 600 packets per second, and always more than the reordering of three intervals.
/// </para>
/// <para>
/// Times are in units of 250 µs modulo 2^32: 12 days.
/// </para>
/// </remarks>
internal sealed class ArrivalWindow
{
    /// <summary>Range of sequence numbers remembered.</summary>
    public const int Capacity = 4096;

    /// <summary>What the units of times are.</summary>
    public const int UnitUs = 250;

    // A time like any other, 9 days after the clock began; what arrives then counts as 250 µs earlier.
    public const uint NotReceived = 0xC000_0001;

    private const int MaxLateness = 1024;
    private const int InitialCapacity = 256;
    private const int PendingShare = 4;
    private const int NoJump = -1;

    private uint[] _arrivals = NewRing(InitialCapacity);
    private bool _started;

    // Numbers before the first remembered one were known once.
    private bool _hasForgotten;
    private int _jumpContinuation;
    private long _first;

    /// <summary>The first number to report, unwrapped.</summary>
    public long Begin { get; private set; }

    /// <summary>One behind the newest, unwrapped.</summary>
    public long End { get; private set; }

    /// <summary>Whether arrivals wait for their report.</summary>
    public bool HasPending => Begin < End;

    /// <summary>When a number from <see cref="Begin"/> to, without, <see cref="End"/> came, or <see cref="NotReceived"/>.</summary>
    public uint this[long sequence] => _arrivals[IndexOf(sequence)];

    /// <summary>A packet came.</summary>
    /// <returns>False for a duplicate, and for a number from far away, which is ignored.</returns>
    public bool TryAdd(ushort sequence, MediaTime arrival)
    {
        var extended = _started ? Serial.Unwrap(sequence, End - 1) : sequence;
        if (!_started || extended - End >= Capacity)
        {
            Restart(sequence);
        }
        else if (extended >= End)
        {
            Reserve((extended + 1 - Begin) * PendingShare);
            Forget(End, extended);
            End = extended + 1;
            if (End - _first > _arrivals.Length)
            {
                _first = End - _arrivals.Length;
                _hasForgotten = true;
            }

            Begin = Math.Max(Begin, _first);
        }
        else if (extended < End - MaxLateness)
        {
            // A sender that starts anew goes on from there; a stray packet does not.
            if (sequence != _jumpContinuation)
            {
                _jumpContinuation = (ushort)(sequence + 1);
                return false;
            }

            Restart(sequence);
        }
        else
        {
            if (extended < _first)
            {
                if (_hasForgotten)
                {
                    return false;
                }

                Reserve(End - extended);
                Forget(extended, _first);
                _first = extended;
            }

            if (_arrivals[IndexOf(extended)] != NotReceived)
            {
                return false;
            }

            Begin = Math.Min(Begin, extended);
        }

        _jumpContinuation = NoJump;
        _arrivals[IndexOf(sequence)] = ToUnits(arrival);
        return true;
    }

    /// <summary>All numbers before this one are reported.</summary>
    public void ReportedTo(long next) => Begin = next;

    /// <summary>A time as the window keeps it.</summary>
    public static uint ToUnits(MediaTime time)
    {
        var us = time.Us >= 0 ? time.Us : time.Us - UnitUs + 1;
        var units = (uint)(us / UnitUs);
        return units == NotReceived ? units - 1 : units;
    }

    private static uint[] NewRing(int length)
    {
        var ring = new uint[length];
        Array.Fill(ring, NotReceived);
        return ring;
    }

    private int IndexOf(long sequence) => (int)(sequence & (_arrivals.Length - 1));

    private void Reserve(long range)
    {
        if (range <= _arrivals.Length || _arrivals.Length == Capacity)
        {
            return;
        }

        var length = _arrivals.Length;
        while (length < range && length < Capacity)
        {
            length *= 2;
        }

        var old = _arrivals;
        _arrivals = NewRing(length);
        for (var sequence = _first; sequence < End; sequence++)
        {
            _arrivals[IndexOf(sequence)] = old[(int)(sequence & (old.Length - 1))];
        }
    }

    private void Restart(ushort sequence)
    {
        Array.Fill(_arrivals, NotReceived);
        _started = true;
        _hasForgotten = false;
        _first = sequence;
        Begin = sequence;
        End = sequence + 1L;
    }

    /// <summary>Marks the numbers from <paramref name="first"/> up to, without, <paramref name="end"/> as not received.</summary>
    private void Forget(long first, long end)
    {
        for (var sequence = first; sequence < end; sequence++)
        {
            _arrivals[IndexOf(sequence)] = NotReceived;
        }
    }
}
