namespace Sfu.Media.Rtcp;

/// <summary>View of a FIR (RFC 5104 §4.3.1): |SSRC (32)|sequence number (8)|reserved (24)| per entry.</summary>
public readonly ref struct FullIntraRequest
{
    internal const int HeaderLength = 8;
    internal const int EntryLength = 8;

    private readonly RtcpPacket _packet;

    private FullIntraRequest(RtcpPacket packet) => _packet = packet;

    public uint SenderSsrc => _packet.ReadUInt32(0);

    public int Count => (_packet.Body.Length - HeaderLength) / EntryLength;

    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    public (uint Ssrc, byte SequenceNumber) GetEntry(int index)
    {
        var entry = HeaderLength + (index * EntryLength);
        return (_packet.ReadUInt32(entry), _packet.Body[entry + 4]);
    }

    public static bool TryParse(RtcpPacket packet, out FullIntraRequest view)
    {
        var valid = packet.IsFeedback(RtcpPacketType.PayloadFeedback, FeedbackFormat.FullIntraRequest)
            && packet.Body.Length >= HeaderLength + EntryLength;
        view = valid ? new FullIntraRequest(packet) : default;
        return valid;
    }
}
