using System.Buffers.Binary;

namespace Sfu.Media.Rtcp;

/// <summary>Iterates the report blocks of an XR packet (RFC 3611 §3).</summary>
public ref struct ExtendedReport
{
    internal const int BlockHeaderLength = 4;

    private ReadOnlySpan<byte> _rest;

    private ExtendedReport(RtcpPacket packet)
    {
        Ssrc = packet.ReadUInt32(0);
        _rest = packet.Body[4..];
    }

    /// <summary>Who reports.</summary>
    public uint Ssrc { get; }

    public static bool TryParse(RtcpPacket packet, out ExtendedReport view)
    {
        var valid = packet.Type == RtcpPacketType.ExtendedReport && packet.Body.Length >= 4;
        view = valid ? new ExtendedReport(packet) : default;
        return valid;
    }

    /// <returns>False after the last block, or when the next one does not fit.</returns>
    public bool TryNext(out ExtendedReportBlock block)
    {
        block = default;
        if (_rest.Length < BlockHeaderLength)
        {
            return false;
        }

        var length = BlockHeaderLength + (4 * BinaryPrimitives.ReadUInt16BigEndian(_rest[2..]));
        if (length > _rest.Length)
        {
            _rest = default;
            return false;
        }

        block = new ExtendedReportBlock(_rest[0], _rest[BlockHeaderLength..length]);
        _rest = _rest[length..];
        return true;
    }
}
