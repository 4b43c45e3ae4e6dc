namespace Sfu.Media.Rtcp;

/// <summary>A PLI (RFC 4585 §6.3.1).</summary>
public readonly record struct PictureLossIndication(uint SenderSsrc, uint MediaSsrc)
{
    public static bool TryParse(RtcpPacket packet, out PictureLossIndication view)
    {
        var valid = packet.IsFeedback(RtcpPacketType.PayloadFeedback, FeedbackFormat.PictureLossIndication);
        view = valid ? new PictureLossIndication(packet.ReadUInt32(0), packet.ReadUInt32(4)) : default;
        return valid;
    }
}
