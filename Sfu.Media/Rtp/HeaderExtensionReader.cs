namespace Sfu.Media.Rtp;

/// <summary>
/// Iterates the elements of a header extension block in one-byte (RFC 8285 §4.2) or two-byte form (§4.3). Elements that do not fit in the
/// block end the iteration, as the reserved identifier 15 and a padding byte with a length do; what came before them stays valid.
/// </summary>
public ref struct HeaderExtensionReader
{
    internal const ushort OneByteProfile = 0xBEDE;
    internal const ushort TwoByteProfile = 0x1000;
    internal const ushort TwoByteProfileMask = 0xFFF0;

    private const int ReservedOneByteId = 15;

    private readonly ReadOnlySpan<byte> _packet;
    private readonly int _end;
    private readonly int _headerLength;
    private int _position;

    public HeaderExtensionReader(scoped in RtpPacket packet)
    {
        _packet = packet.Packet;
        _position = packet.ExtensionOffset;
        _end = packet.HeaderLength;
        var profile = packet.ExtensionProfile;
        _headerLength = profile == OneByteProfile ? 1 : (profile & TwoByteProfileMask) == TwoByteProfile ? 2 : 0;
        if (_headerLength == 0)
        {
            _position = _end;
        }
    }

    /// <returns>False at the end of the block.</returns>
    public bool TryNext(out HeaderExtension extension)
    {
        while (_position < _end)
        {
            var first = _packet[_position];
            if (first == 0)
            {
                _position++;
                continue;
            }

            int id;
            int length;
            if (_headerLength == 1)
            {
                id = first >> 4;
                length = (first & 0x0F) + 1;
                if (id is 0 or ReservedOneByteId)
                {
                    break;
                }
            }
            else
            {
                if (_position + 2 > _end)
                {
                    break;
                }

                id = first;
                length = _packet[_position + 1];
            }

            var offset = _position + _headerLength;
            if (offset + length > _end)
            {
                break;
            }

            _position = offset + length;
            extension = new HeaderExtension((byte)id, offset, _packet.Slice(offset, length));
            return true;
        }

        _position = _end;
        extension = default;
        return false;
    }

    /// <summary>Skips to the next element with this identifier.</summary>
    public bool TryFind(int id, out HeaderExtension extension)
    {
        while (TryNext(out extension))
        {
            if (extension.Id == id)
            {
                return true;
            }
        }

        return false;
    }
}
