using System.Buffers.Binary;

namespace Sfu.Media.Rtcp;

/// <summary>
/// View of what one end of a pipe tells the other about a spatial layer of an encoding, whether it crosses or not: an APP packet (RFC 3550 §6.7)
/// named <c>LAYR</c> with the bitrate up to each of four temporal layers, and all that they build on. An encoding of simulcast is one spatial layer.
/// Who is not of this house passes it over.
/// </summary>
/// <remarks>
/// <code>
/// |V=2|P| spatial |   PT=204      |          length = 6           |
/// |                 SSRC of the encoding on the pipe              |
/// |                           "LAYR"                              |
/// |          bit/s up to temporal layer 0, 1, 2, 3: 32 bits each  |
/// </code>
/// </remarks>
public readonly ref struct LayerAnnouncement
{
    /// <summary>Temporal layers told of.</summary>
    public const int Layers = 4;

    /// <summary>Spatial layers of an encoding that can be told of.</summary>
    public const int SpatialLayers = 4;

    internal const int BodyLength = 8 + (4 * Layers);
    internal const uint Name = 0x4C41_5952;

    private readonly RtcpPacket _packet;

    private LayerAnnouncement(RtcpPacket packet) => _packet = packet;

    public uint Ssrc => _packet.ReadUInt32(0);

    /// <summary>0 … 3, within the encoding.</summary>
    public int SpatialLayer => _packet.Count;

    /// <param name="temporal">0 … 3.</param>
    /// <returns>Bit/s; 0: the layer does not come.</returns>
    public uint BitrateOf(int temporal)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)temporal, (uint)Layers, nameof(temporal));
        return _packet.ReadUInt32(8 + (4 * temporal));
    }

    public static bool TryParse(RtcpPacket packet, out LayerAnnouncement view)
    {
        var valid = packet.Type == RtcpPacketType.Application && packet.Count < SpatialLayers && packet.Body.Length == BodyLength && packet.ReadUInt32(4) == Name;
        view = valid ? new LayerAnnouncement(packet) : default;
        return valid;
    }
}
