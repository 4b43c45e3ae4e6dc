using System.Buffers.Binary;
using Sfu.Media.Rtcp;
using Sfu.Media.Wire;

namespace Sfu.Media.Bwe;

/// <summary>
/// Receive side of RTP congestion control feedback (RFC 8888): remembers when each packet of each stream came, and writes feedback for the
/// publisher. One instance per transport that receives. Sans-IO, bounded, allocates only while it grows with the streams and their packet
/// rate. Media thread only.
/// </summary>
internal sealed class CongestionFeedbackGenerator
{
    /// <summary>Time from the first unreported arrival to its report: a few frames (RFC 8888 §5).</summary>
    public const long IntervalUs = 50_000;

    /// <summary>Streams beyond these are not told of. The publisher takes them for ones without congestion control.</summary>
    public const int MaxStreams = 64;

    private const int MaxMessageLength = RtcpWriter.MaxCompoundBytes;
    private const int HeadLength = RtcpPacket.HeaderLength + CongestionFeedback.SenderLength;

    /// <summary>A buffer shorter than this is refused: it might not hold a single arrival.</summary>
    public const int MinMessageLength = HeadLength + CongestionFeedback.BlockHeaderLength + 4 + CongestionFeedback.TimestampLength;

    private readonly List<(uint Ssrc, ArrivalWindow Window)> _streams = [];

    /// <summary>When a report is due; <see cref="MediaTime.Never"/> when there is nothing to report.</summary>
    public MediaTime NextTimeout { get; private set; } = MediaTime.Never;

    /// <summary>A packet came. Duplicates and numbers from far away are ignored.</summary>
    public void OnPacket(uint ssrc, ushort sequence, MediaTime arrival)
    {
        if (WindowOf(ssrc)?.TryAdd(sequence, arrival) == true && NextTimeout == MediaTime.Never)
        {
            NextTimeout = arrival.PlusUs(IntervalUs);
        }
    }

    /// <summary>The stream is over.</summary>
    public void Forget(uint ssrc)
    {
        for (var i = 0; i < _streams.Count; i++)
        {
            if (_streams[i].Ssrc == ssrc)
            {
                _streams.RemoveAt(i);
                return;
            }
        }
    }

    /// <summary>
    /// Writes one feedback message about the arrivals not reported yet, whether it is due or not. Call until it returns false.
    /// </summary>
    /// <param name="senderSsrc">SSRC of the node's RTCP.</param>
    /// <param name="now">Call time.</param>
    /// <param name="ntp">The same on the node's wall clock.</param>
    /// <param name="destination">At least <see cref="MinMessageLength"/> bytes.</param>
    /// <param name="length">Bytes written: a whole RTCP packet.</param>
    /// <returns>False when nothing is left to report, or the buffer is too short.</returns>
    public bool TryWrite(uint senderSsrc, MediaTime now, NtpTime ntp, Span<byte> destination, out int length)
    {
        length = 0;
        NextTimeout = MediaTime.Never;
        if (destination.Length < MinMessageLength)
        {
            return false;
        }

        var packet = destination[..(Math.Min(destination.Length, MaxMessageLength) & ~3)];
        var at = HeadLength;
        foreach (var (ssrc, window) in _streams)
        {
            if (window.HasPending)
            {
                at += WriteBlock(ssrc, window, now, packet[at..^CongestionFeedback.TimestampLength]);
            }
        }

        if (at == HeadLength)
        {
            return false;
        }

        BinaryPrimitives.WriteUInt32BigEndian(packet[at..], ntp.Compact);
        length = at + CongestionFeedback.TimestampLength;
        packet[0] = 0x80 | FeedbackFormat.CongestionControl;
        packet[1] = (byte)RtcpPacketType.TransportFeedback;
        BinaryPrimitives.WriteUInt16BigEndian(packet[2..], (ushort)((length / 4) - 1));
        BinaryPrimitives.WriteUInt32BigEndian(packet[4..], senderSsrc);
        return true;
    }

    /// <returns>Bytes written; 0 when not even one packet fits.</returns>
    private static int WriteBlock(uint ssrc, ArrivalWindow window, MediaTime now, Span<byte> room)
    {
        var most = ((room.Length - CongestionFeedback.BlockHeaderLength) & ~3) / CongestionFeedback.ReportLength;
        if (most <= 0)
        {
            return 0;
        }

        var begin = window.Begin;
        var count = (int)Math.Min(most, window.End - begin);
        BinaryPrimitives.WriteUInt32BigEndian(room, ssrc);
        BinaryPrimitives.WriteUInt16BigEndian(room[4..], (ushort)begin);
        BinaryPrimitives.WriteUInt16BigEndian(room[6..], (ushort)count);
        var length = CongestionFeedback.LengthOf(count);
        room[CongestionFeedback.BlockHeaderLength..length].Clear();
        for (var i = 0; i < count; i++)
        {
            var arrival = window[begin + i];
            if (arrival != ArrivalWindow.NotReceived)
            {
                var us = (int)(ArrivalWindow.ToUnits(now) - arrival) * (long)ArrivalWindow.UnitUs;
                BinaryPrimitives.WriteUInt16BigEndian(
                    room[(CongestionFeedback.BlockHeaderLength + (i * CongestionFeedback.ReportLength))..], PacketArrival.At(us).Value);
            }
        }

        window.ReportedTo(begin + count);
        return length;
    }

    private ArrivalWindow? WindowOf(uint ssrc)
    {
        foreach (var (known, window) in _streams)
        {
            if (known == ssrc)
            {
                return window;
            }
        }

        if (_streams.Count == MaxStreams)
        {
            return null;
        }

        var added = new ArrivalWindow();
        _streams.Add((ssrc, added));
        return added;
    }
}
