namespace Sfu.Media.Rtcp;

/// <summary>View of a sender report (RFC 3550 §6.4.1).</summary>
public readonly ref struct SenderReport
{
    internal const int InfoLength = 24;

    private readonly RtcpPacket _packet;

    private SenderReport(RtcpPacket packet) => _packet = packet;

    public SenderInfo Info => new(
        _packet.ReadUInt32(0),
        new NtpTime(((ulong)_packet.ReadUInt32(4) << 32) | _packet.ReadUInt32(8)),
        _packet.ReadUInt32(12),
        _packet.ReadUInt32(16),
        _packet.ReadUInt32(20));

    public int ReportCount => _packet.Count;

    /// <param name="index">0 … <see cref="ReportCount"/> − 1.</param>
    public ReportBlock GetReport(int index) =>
        ReportBlock.Read(_packet.Body.Slice(InfoLength + (index * ReportBlock.Length), ReportBlock.Length));

    public static bool TryParse(RtcpPacket packet, out SenderReport view)
    {
        var valid = packet.Type == RtcpPacketType.SenderReport && packet.Body.Length >= InfoLength + (packet.Count * ReportBlock.Length);
        view = valid ? new SenderReport(packet) : default;
        return valid;
    }
}
