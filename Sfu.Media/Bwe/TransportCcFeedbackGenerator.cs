using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Sfu.Media.Rtcp;
using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// Receive side of transport-wide congestion control: remembers when packets came and writes feedback for the publisher
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01). One instance per transport that receives. Sans-IO, bounded, allocates only while
/// it grows with the packet rate. Media thread only.
/// </summary>
/// <remarks>
/// <para>
/// Arrivals live in a ring over the last numbers, also after they were reported: when a packet comes late, the next message starts with it
/// and repeats what follows, so that it does not stay reported as lost. The ring has room for four times what waits for a report, 256 to
/// <see cref="Capacity"/> numbers: 1 KB up to 600 packets per second, and always more than the reordering of three intervals.
/// </para>
/// <para>
/// An arrival is kept as feedback shows it, in units of 250 µs modulo 2^32. That is when the 24 bits of the reference time wrap around too,
/// so nothing is lost by it.
/// </para>
/// </remarks>
public sealed class TransportCcFeedbackGenerator
{
    /// <summary>Range of sequence numbers remembered.</summary>
    public const int Capacity = 4096;

    public const long DefaultIntervalUs = 100_000;
    public const long MinIntervalUs = 50_000;
    public const long MaxIntervalUs = 250_000;

    /// <summary>A buffer shorter than this is refused: it might not hold a single arrival.</summary>
    public const int MinMessageLength = 64;

    private const int MaxMessageLength = 1500;
    private const int MaxLateness = 1024;
    private const int InitialCapacity = 256;
    private const int PendingShare = 4;

    // A time like any other, 9 days after the clock began; what arrives then counts as 250 µs earlier.
    private const uint NotReceived = 0xC000_0001;

    private const int NoJump = -1;
    private const int ReferenceUnits = TransportCcFeedback.ReferenceUnitUs / TransportCcFeedback.DeltaUnitUs;

    private uint[] _arrivals = NewRing(InitialCapacity);

    private bool _started;

    // Numbers before the first remembered one were known once.
    private bool _hasForgotten;
    private int _jumpContinuation;
    private byte _feedbackCount;

    // Unwrapped numbers: first remembered, first to report, one behind the newest.
    private long _first;
    private long _begin;
    private long _end;

    private long _intervalUs = DefaultIntervalUs;

    /// <summary>Time from the first unreported arrival to its report, clamped to 50 … 250 ms.</summary>
    public long IntervalUs
    {
        get => _intervalUs;
        set => _intervalUs = Math.Clamp(value, MinIntervalUs, MaxIntervalUs);
    }

    /// <summary>When a report is due; <see cref="MediaTime.Never"/> when there is nothing to report.</summary>
    public MediaTime NextTimeout { get; private set; } = MediaTime.Never;

    /// <summary>Whether arrivals wait for their report.</summary>
    public bool HasPending => _begin < _end;

    /// <summary>A packet with this transport-wide sequence number came. Duplicates and numbers from far away are ignored.</summary>
    public void OnPacket(ushort sequence, MediaTime arrival)
    {
        var extended = _started ? Serial.Unwrap(sequence, _end - 1) : sequence;
        if (!_started || extended - _end >= Capacity)
        {
            Restart(sequence);
        }
        else if (extended >= _end)
        {
            Reserve((extended + 1 - _begin) * PendingShare);
            Forget(_end, extended);
            _end = extended + 1;
            if (_end - _first > _arrivals.Length)
            {
                _first = _end - _arrivals.Length;
                _hasForgotten = true;
            }

            _begin = Math.Max(_begin, _first);
        }
        else if (extended < _end - MaxLateness)
        {
            // A sender that starts anew goes on from there; a stray packet does not.
            if (sequence != _jumpContinuation)
            {
                _jumpContinuation = (ushort)(sequence + 1);
                return;
            }

            Restart(sequence);
        }
        else
        {
            if (extended < _first)
            {
                if (_hasForgotten)
                {
                    return;
                }

                Reserve(_end - extended);
                Forget(extended, _first);
                _first = extended;
            }

            if (_arrivals[IndexOf(extended)] != NotReceived)
            {
                return;
            }

            _begin = Math.Min(_begin, extended);
        }

        _jumpContinuation = NoJump;
        _arrivals[IndexOf(sequence)] = ToUnits(arrival);
        if (NextTimeout == MediaTime.Never)
        {
            NextTimeout = arrival.PlusUs(_intervalUs);
        }
    }

    /// <summary>Writes one feedback message about the arrivals not reported yet, whether it is due or not. Call until it returns
    /// false.</summary>
    /// <param name="senderSsrc">SSRC of the node's RTCP.</param>
    /// <param name="mediaSsrc">One of the publisher's streams on this transport.</param>
    /// <param name="destination">At least <see cref="MinMessageLength"/> bytes; at most 1500 are used.</param>
    /// <param name="length">Bytes written: a whole RTCP packet.</param>
    /// <returns>False when nothing is left to report, or the buffer is too short.</returns>
    [SkipLocalsInit]
    public bool TryWrite(uint senderSsrc, uint mediaSsrc, Span<byte> destination, out int length)
    {
        length = 0;
        if (!HasPending || destination.Length < MinMessageLength)
        {
            return false;
        }

        const int HeaderLength = RtcpPacket.HeaderLength + TransportCcFeedback.FixedLength;
        var room = (Math.Min(destination.Length, MaxMessageLength) & ~3) - HeaderLength;
        var reference = FirstArrival() / ReferenceUnits;
        var previous = reference * ReferenceUnits;
        Span<byte> deltas = stackalloc byte[MaxMessageLength];
        var chunks = new TransportCcChunkWriter(destination.Slice(HeaderLength, room));
        var deltaLength = 0;
        var next = _begin;
        for (; next < _end; next++)
        {
            var arrival = _arrivals[IndexOf(next)];
            var symbol = TransportCcStatus.NotReceived;
            var distance = 0;
            if (arrival != NotReceived)
            {
                distance = (int)(arrival - previous);
                if (distance is < short.MinValue or > short.MaxValue)
                {
                    // No delta reaches so far: the next message starts here with a reference time of its own.
                    break;
                }

                symbol = distance is >= 0 and <= byte.MaxValue ? TransportCcStatus.SmallDelta : TransportCcStatus.LargeDelta;
            }

            if (chunks.LengthWith(symbol) + deltaLength + TransportCcChunk.DeltaLengthOf(symbol) > room)
            {
                break;
            }

            chunks.Add(symbol);
            deltaLength += WriteDelta(symbol, distance, deltas[deltaLength..]);
            previous += (uint)distance;
        }

        length = HeaderLength + chunks.Finish();
        deltas[..deltaLength].CopyTo(destination[length..]);
        length += deltaLength;
        var padding = -length & 3;
        length += padding;
        WriteHeader(destination[..length], senderSsrc, mediaSsrc, reference, (ushort)(next - _begin), padding);

        _begin = next;
        if (!HasPending)
        {
            NextTimeout = MediaTime.Never;
        }

        return true;
    }

    private static uint ToUnits(MediaTime time)
    {
        var us = time.Us >= 0 ? time.Us : time.Us - TransportCcFeedback.DeltaUnitUs + 1;
        var units = (uint)(us / TransportCcFeedback.DeltaUnitUs);
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
        for (var sequence = _first; sequence < _end; sequence++)
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
        _begin = sequence;
        _end = sequence + 1L;
    }

    /// <summary>Marks the numbers from <paramref name="first"/> up to, without, <paramref name="end"/> as not received.</summary>
    private void Forget(long first, long end)
    {
        for (var sequence = first; sequence < end; sequence++)
        {
            _arrivals[IndexOf(sequence)] = NotReceived;
        }
    }

    /// <summary>The newest number is always a received one, so that there is a first.</summary>
    private uint FirstArrival()
    {
        var sequence = _begin;
        while (_arrivals[IndexOf(sequence)] == NotReceived)
        {
            sequence++;
        }

        return _arrivals[IndexOf(sequence)];
    }

    private static int WriteDelta(byte symbol, int distance, Span<byte> destination)
    {
        switch (symbol)
        {
            case TransportCcStatus.SmallDelta:
                destination[0] = (byte)distance;
                return 1;
            case TransportCcStatus.LargeDelta:
                BinaryPrimitives.WriteInt16BigEndian(destination, (short)distance);
                return 2;
            default:
                return 0;
        }
    }

    private void WriteHeader(Span<byte> packet, uint senderSsrc, uint mediaSsrc, uint reference, ushort count, int padding)
    {
        packet[0] = (byte)(0x80 | (padding > 0 ? 0x20 : 0) | FeedbackFormat.TransportCc);
        packet[1] = (byte)RtcpPacketType.TransportFeedback;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)((packet.Length / 4) - 1));
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], senderSsrc);
        BinaryPrimitives.WriteUInt32BigEndian(packet[8..], mediaSsrc);
        BinaryPrimitives.WriteUInt16BigEndian(packet[12..], (ushort)_begin);
        BinaryPrimitives.WriteUInt16BigEndian(packet[14..], count);
        BinaryPrimitives.WriteUInt32BigEndian(packet[16..], (reference << 8) | _feedbackCount++);
        if (padding > 0)
        {
            packet[^padding..].Clear();
            packet[^1] = (byte)padding;
        }
    }
}
