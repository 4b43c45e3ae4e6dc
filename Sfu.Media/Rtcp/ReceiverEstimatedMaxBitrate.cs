using System.Buffers.Binary;

namespace Sfu.Media.Rtcp;

/// <summary>View of a REMB (draft-alvestrand-rmcat-remb-03 §2.2).</summary>
/// <remarks>Behind the two SSRCs: |'R' 'E' 'M' 'B'| count (8) | exponent (6) | mantissa (18) | SSRCs |.</remarks>
public readonly ref struct ReceiverEstimatedMaxBitrate
{
    internal const uint Identifier = 0x52454D42;
    internal const int FixedLength = 16;

    private readonly RtcpPacket _packet;

    private ReceiverEstimatedMaxBitrate(RtcpPacket packet, long bitrate)
    {
        _packet = packet;
        BitsPerSecond = bitrate;
    }

    public uint SenderSsrc => _packet.ReadUInt32(0);

    public long BitsPerSecond { get; }

    public int SsrcCount => _packet.Body[12];

    /// <param name="index">0 … <see cref="SsrcCount"/> − 1.</param>
    public uint GetSsrc(int index) => _packet.ReadUInt32(FixedLength + (4 * index));

    public static bool TryParse(RtcpPacket packet, out ReceiverEstimatedMaxBitrate view)
    {
        view = default;
        if (!packet.IsFeedback(RtcpPacketType.PayloadFeedback, FeedbackFormat.ApplicationLayer)
            || packet.Body.Length < FixedLength
            || packet.ReadUInt32(8) != Identifier
            || packet.Body.Length < FixedLength + (4 * packet.Body[12]))
        {
            return false;
        }

        var value = BinaryPrimitives.ReadUInt32BigEndian(packet.Body[12..]) & 0xFF_FFFF;
        var exponent = (int)(value >> 18);
        long mantissa = value & 0x3_FFFF;
        if (mantissa << exponent >> exponent != mantissa || mantissa << exponent < 0)
        {
            return false;
        }

        view = new ReceiverEstimatedMaxBitrate(packet, mantissa << exponent);
        return true;
    }
}
