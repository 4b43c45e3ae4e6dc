namespace Sfu.Media.Rtcp;

/// <summary>View of a receiver report (RFC 3550 §6.4.2).</summary>
public readonly ref struct ReceiverReport
{
    private const int SsrcLength = 4;

    private readonly RtcpPacket _packet;

    private ReceiverReport(RtcpPacket packet) => _packet = packet;

    /// <summary>Who reports.</summary>
    public uint Ssrc => _packet.ReadUInt32(0);

    public int ReportCount => _packet.Count;

    /// <param name="index">0 … <see cref="ReportCount"/> − 1.</param>
    public ReportBlock GetReport(int index) =>
        ReportBlock.Read(_packet.Body.Slice(SsrcLength + (index * ReportBlock.Length), ReportBlock.Length));

    public static bool TryParse(RtcpPacket packet, out ReceiverReport view)
    {
        var valid = packet.Type == RtcpPacketType.ReceiverReport && packet.Body.Length >= SsrcLength + (packet.Count * ReportBlock.Length);
        view = valid ? new ReceiverReport(packet) : default;
        return valid;
    }
}
