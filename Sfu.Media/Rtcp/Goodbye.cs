namespace Sfu.Media.Rtcp;

/// <summary>View of a BYE (RFC 3550 §6.6); the reason is ignored.</summary>
public readonly ref struct Goodbye
{
    private readonly RtcpPacket _packet;

    private Goodbye(RtcpPacket packet) => _packet = packet;

    public int Count => _packet.Count;

    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    public uint GetSsrc(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return _packet.ReadUInt32(4 * index);
    }

    public static bool TryParse(RtcpPacket packet, out Goodbye view)
    {
        var valid = packet.Type == RtcpPacketType.Goodbye && packet.Body.Length >= 4 * packet.Count;
        view = valid ? new Goodbye(packet) : default;
        return valid;
    }
}
