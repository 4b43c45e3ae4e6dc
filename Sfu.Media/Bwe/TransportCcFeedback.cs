using System.Buffers.Binary;
using Sfu.Media.Rtcp;

namespace Sfu.Media.Bwe;

/// <summary>
/// View of a transport-wide congestion control feedback message (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1), validated as
/// a whole: the
/// chunks cover the status count and all deltas are there. Iterate it with <see cref="GetPackets"/>.
/// </summary>
/// <remarks>
/// <code>
/// |          SSRC of sender  |  SSRC of media source              |
/// | base sequence number (16)       | packet status count (16)    |
/// | reference time (24, signed, 64 ms)   | feedback count (8)     |
/// | chunks, 16 bits each | deltas, 8 or 16 bits each, 250 µs      |
/// </code>
/// </remarks>
public readonly ref struct TransportCcFeedback
{
    public const int DeltaUnitUs = 250;
    public const int ReferenceUnitUs = 64_000;

    internal const int FixedLength = 16;
    internal const int MaxRunLength = 0x1FFF;

    private readonly RtcpPacket _packet;
    private readonly int _deltaOffset;

    private TransportCcFeedback(RtcpPacket packet, int deltaOffset)
    {
        _packet = packet;
        _deltaOffset = deltaOffset;
    }

    public uint SenderSsrc => _packet.ReadUInt32(0);

    public uint MediaSsrc => _packet.ReadUInt32(4);

    public ushort BaseSequence => BinaryPrimitives.ReadUInt16BigEndian(_packet.Body[8..]);

    public ushort StatusCount => BinaryPrimitives.ReadUInt16BigEndian(_packet.Body[10..]);

    /// <summary>In units of 64 ms, −2^23 … 2^23 − 1; wraps.</summary>
    public int ReferenceTime => (int)_packet.ReadUInt32(12) >> 8;

    /// <summary>Number of this message, wraps.</summary>
    public byte FeedbackCount => _packet.Body[15];

    /// <summary>Iterates the packets from the base sequence number on.</summary>
    public TransportCcPackets GetPackets() =>
        new(
            BaseSequence,
            StatusCount,
            (long)ReferenceTime * ReferenceUnitUs,
            _packet.Body[FixedLength.._deltaOffset],
            _packet.Body[_deltaOffset..]);

    public static bool TryParse(RtcpPacket packet, out TransportCcFeedback view)
    {
        view = default;
        if (!packet.IsFeedback(RtcpPacketType.TransportFeedback, FeedbackFormat.TransportCc) || packet.Body.Length < FixedLength)
        {
            return false;
        }

        int count = BinaryPrimitives.ReadUInt16BigEndian(packet.Body[10..]);
        var position = FixedLength;
        var deltaLength = 0;
        while (count > 0)
        {
            if (position + 2 > packet.Body.Length)
            {
                return false;
            }

            var chunk = new TransportCcChunk(BinaryPrimitives.ReadUInt16BigEndian(packet.Body[position..]));
            position += 2;
            var covered = Math.Min(chunk.Count, count);
            if (covered == 0)
            {
                // An empty run makes no progress; no sender writes it.
                return false;
            }

            count -= covered;
            deltaLength += chunk.DeltaLength(covered);
        }

        if (position + deltaLength > packet.Body.Length)
        {
            return false;
        }

        view = new TransportCcFeedback(packet, position);
        return true;
    }
}
