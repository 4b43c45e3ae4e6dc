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
public sealed class TransportCcFeedbackGenerator
{
    /// <summary>Range of sequence numbers remembered.</summary>
    public const int Capacity = ArrivalWindow.Capacity;

    public const long DefaultIntervalUs = 100_000;
    public const long MinIntervalUs = 50_000;
    public const long MaxIntervalUs = 250_000;

    /// <summary>A buffer shorter than this is refused: it might not hold a single arrival.</summary>
    public const int MinMessageLength = 64;

    private const int MaxMessageLength = 1500;
    private const int ReferenceUnits = TransportCcFeedback.ReferenceUnitUs / TransportCcFeedback.DeltaUnitUs;

    private readonly ArrivalWindow _window = new();
    private byte _feedbackCount;
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
    public bool HasPending => _window.HasPending;

    /// <summary>A packet with this transport-wide sequence number came. Duplicates and numbers from far away are ignored.</summary>
    public void OnPacket(ushort sequence, MediaTime arrival)
    {
        if (_window.TryAdd(sequence, arrival) && NextTimeout == MediaTime.Never)
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
        var next = _window.Begin;
        for (; next < _window.End; next++)
        {
            var arrival = _window[next];
            var symbol = TransportCcStatus.NotReceived;
            var distance = 0;
            if (arrival != ArrivalWindow.NotReceived)
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
        WriteHeader(destination[..length], senderSsrc, mediaSsrc, reference, (ushort)(next - _window.Begin), padding);

        _window.ReportedTo(next);
        if (!HasPending)
        {
            NextTimeout = MediaTime.Never;
        }

        return true;
    }

    /// <summary>The newest number is always a received one, so that there is a first.</summary>
    private uint FirstArrival()
    {
        var sequence = _window.Begin;
        while (_window[sequence] == ArrivalWindow.NotReceived)
        {
            sequence++;
        }

        return _window[sequence];
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
        BinaryPrimitives.WriteUInt16BigEndian(packet[12..], (ushort)_window.Begin);
        BinaryPrimitives.WriteUInt16BigEndian(packet[14..], count);
        BinaryPrimitives.WriteUInt32BigEndian(packet[16..], (reference << 8) | _feedbackCount++);
        if (padding > 0)
        {
            packet[^padding..].Clear();
            packet[^1] = (byte)padding;
        }
    }
}
