using System.Buffers.Binary;

namespace Sfu.Media.Rtcp;

/// <summary>Iterates the chunks of a source description (RFC 3550 §6.5) for their canonical names; other items are skipped.</summary>
public ref struct SourceDescription
{
    internal const byte CnameItem = 1;

    private ReadOnlySpan<byte> _rest;
    private int _chunksLeft;

    private SourceDescription(RtcpPacket packet)
    {
        _rest = packet.Body;
        _chunksLeft = packet.Count;
    }

    public static bool TryParse(RtcpPacket packet, out SourceDescription view)
    {
        var valid = packet.Type == RtcpPacketType.SourceDescription;
        view = valid ? new SourceDescription(packet) : default;
        return valid;
    }

    /// <param name="ssrc">The source.</param>
    /// <param name="cname">UTF-8, at most 255 bytes; empty when the chunk has none.</param>
    /// <returns>False after the last chunk, or when the chunk is not well formed.</returns>
    public bool TryNext(out uint ssrc, out ReadOnlySpan<byte> cname)
    {
        ssrc = 0;
        cname = default;
        if (_chunksLeft == 0 || _rest.Length < 8)
        {
            return false;
        }

        var source = BinaryPrimitives.ReadUInt32BigEndian(_rest);
        ReadOnlySpan<byte> name = default;
        var position = 4;
        while (position < _rest.Length)
        {
            var type = _rest[position];
            if (type == 0)
            {
                // The terminating null octets fill the chunk up to the next 32-bit boundary.
                _rest = _rest[Math.Min((position + 4) & ~3, _rest.Length)..];
                _chunksLeft--;
                ssrc = source;
                cname = name;
                return true;
            }

            if (position + 2 > _rest.Length || position + 2 + _rest[position + 1] > _rest.Length)
            {
                break;
            }

            int length = _rest[position + 1];
            if (type == CnameItem)
            {
                name = _rest.Slice(position + 2, length);
            }

            position += 2 + length;
        }

        _chunksLeft = 0;
        return false;
    }
}
