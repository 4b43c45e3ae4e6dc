using System.Buffers.Binary;

namespace Sfu.Media.Rtcp;

/// <summary>
/// View of what the near end of a pipe tells the far one about a stream: an APP packet (RFC 3550 §6.7) named <c>CROS</c> with the decode targets
/// that cross from the next key frame on, and how well the stream arrives at the near end. Who is not of this house passes it over.
/// </summary>
/// <remarks>
/// <code>
/// |V=2|P|    0    |   PT=204      |          length = 4           |
/// |                 SSRC of the encoding on the pipe              |
/// |                           "CROS"                              |
/// |    targets, bit 4·s + t       |  last number before they hold |
/// |  score 0 … 10 |                    0                          |
/// </code>
/// </remarks>
public readonly ref struct CrossingNotice
{
    /// <summary>How the stream arrives is not known.</summary>
    public const byte NoScore = 255;

    internal const int BodyLength = 16;
    internal const uint Name = 0x4352_4F53;

    private const int MaxScore = 10;

    private readonly RtcpPacket _packet;

    private CrossingNotice(RtcpPacket packet) => _packet = packet;

    public uint Ssrc => _packet.ReadUInt32(0);

    /// <summary>Decode targets, bit 4·s + t: a key frame whose number is after <see cref="After"/> brings these, and no others.</summary>
    public ushort Targets => BinaryPrimitives.ReadUInt16BigEndian(_packet.Body[8..]);

    /// <summary>The last sequence number that was sent before.</summary>
    public ushort After => BinaryPrimitives.ReadUInt16BigEndian(_packet.Body[10..]);

    /// <summary>0 … 10; null: not known.</summary>
    public int? Score => _packet.Body[12] is var score and <= MaxScore ? score : null;

    public static bool TryParse(RtcpPacket packet, out CrossingNotice view)
    {
        var valid = packet.Type == RtcpPacketType.Application && packet.Count == 0 && packet.Body.Length == BodyLength && packet.ReadUInt32(4) == Name;
        view = valid ? new CrossingNotice(packet) : default;
        return valid;
    }
}
