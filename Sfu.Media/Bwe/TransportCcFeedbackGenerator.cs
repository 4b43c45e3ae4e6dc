using System.Buffers.Binary;
using Sfu.Media.Rtcp;
using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// Receive side of transport-wide congestion control: remembers when packets came and writes feedback for the publisher
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01). One instance per transport. Sans-IO, bounded, allocates nothing after
/// construction. Media thread only.
/// </summary>
/// <remarks>
/// Arrivals live in a ring over the last <see cref="Capacity"/> numbers, also after they were reported: when a packet comes late, the
/// next message starts with it
/// and repeats what follows, so that it does not stay reported as lost.
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
    private const long NotReceived = long.MinValue;
    private const int NoJump = -1;
    private const int ReferenceUnits = TransportCcFeedback.ReferenceUnitUs / TransportCcFeedback.DeltaUnitUs;

    private readonly long[] _arrivals = new long[Capacity];
    private readonly byte[] _deltas = new byte[MaxMessageLength];

    private bool _started;
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
            Forget(_end, extended);
            _end = extended + 1;
            _first = Math.Max(_first, _end - Capacity);
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
        _arrivals[IndexOf(sequence)] = arrival.Us;
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
    public bool TryWrite(uint senderSsrc, uint mediaSsrc, Span<byte> destination, out int length)
    {
        length = 0;
        if (!HasPending || destination.Length < MinMessageLength)
        {
            return false;
        }

        const int HeaderLength = RtcpPacket.HeaderLength + TransportCcFeedback.FixedLength;
        var room = (Math.Min(destination.Length, MaxMessageLength) & ~3) - HeaderLength;
        var reference = FloorDivide(FirstArrivalUs(), TransportCcFeedback.ReferenceUnitUs);
        var previous = reference * ReferenceUnits;
        var chunks = new TransportCcChunkWriter(destination.Slice(HeaderLength, room));
        var deltaLength = 0;
        var next = _begin;
        for (; next < _end; next++)
        {
            var arrivalUs = _arrivals[IndexOf(next)];
            var symbol = TransportCcStatus.NotReceived;
            var units = previous;
            if (arrivalUs != NotReceived)
            {
                units = FloorDivide(arrivalUs, TransportCcFeedback.DeltaUnitUs);
                var distance = units - previous;
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
            deltaLength += WriteDelta(symbol, units - previous, deltaLength);
            previous = units;
        }

        length = HeaderLength + chunks.Finish();
        _deltas.AsSpan(0, deltaLength).CopyTo(destination[length..]);
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

    private static long FloorDivide(long value, long divisor) => (value >= 0 ? value : value - divisor + 1) / divisor;

    private static int IndexOf(long sequence) => (int)(sequence & (Capacity - 1));

    private void Restart(ushort sequence)
    {
        Array.Fill(_arrivals, NotReceived);
        _started = true;
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
    private long FirstArrivalUs()
    {
        var sequence = _begin;
        while (_arrivals[IndexOf(sequence)] == NotReceived)
        {
            sequence++;
        }

        return _arrivals[IndexOf(sequence)];
    }

    private int WriteDelta(byte symbol, long distance, int position)
    {
        switch (symbol)
        {
            case TransportCcStatus.SmallDelta:
                _deltas[position] = (byte)distance;
                return 1;
            case TransportCcStatus.LargeDelta:
                BinaryPrimitives.WriteInt16BigEndian(_deltas.AsSpan(position), (short)distance);
                return 2;
            default:
                return 0;
        }
    }

    private void WriteHeader(Span<byte> packet, uint senderSsrc, uint mediaSsrc, long reference, ushort count, int padding)
    {
        packet[0] = (byte)(0x80 | (padding > 0 ? 0x20 : 0) | FeedbackFormat.TransportCc);
        packet[1] = (byte)RtcpPacketType.TransportFeedback;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)((packet.Length / 4) - 1));
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], senderSsrc);
        BinaryPrimitives.WriteUInt32BigEndian(packet[8..], mediaSsrc);
        BinaryPrimitives.WriteUInt16BigEndian(packet[12..], (ushort)_begin);
        BinaryPrimitives.WriteUInt16BigEndian(packet[14..], count);
        BinaryPrimitives.WriteUInt32BigEndian(packet[16..], ((uint)reference << 8) | _feedbackCount++);
        if (padding > 0)
        {
            packet[^padding..].Clear();
            packet[^1] = (byte)padding;
        }
    }
}
