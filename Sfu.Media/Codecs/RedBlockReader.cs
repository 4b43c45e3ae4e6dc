using System.Buffers.Binary;

namespace Sfu.Media.Codecs;

/// <summary>Iterates the blocks of a payload that <see cref="RedPayload"/> has validated.</summary>
public ref struct RedBlockReader
{
    private readonly ReadOnlySpan<byte> _payload;
    private readonly int _redundantCount;
    private int _index;
    private int _position;

    internal RedBlockReader(ReadOnlySpan<byte> payload, int redundantCount)
    {
        _payload = payload;
        _redundantCount = redundantCount;
        _index = 0;
        _position = (RedPayload.HeaderLength * redundantCount) + 1;
    }

    /// <returns>False at the end.</returns>
    public bool TryNext(out RedBlock block)
    {
        block = default;
        if (_index > _redundantCount || _payload.IsEmpty)
        {
            return false;
        }

        var header = _payload[(RedPayload.HeaderLength * _index)..];
        var payloadType = (byte)(header[0] & 0x7F);
        if (_index++ == _redundantCount)
        {
            block = new RedBlock(payloadType, 0, _payload[_position..], isPrimary: true);
            return true;
        }

        var fields = BinaryPrimitives.ReadUInt32BigEndian(header);
        var length = (int)fields & 0x3FF;
        block = new RedBlock(payloadType, (int)(fields >> 10) & 0x3FFF, _payload.Slice(_position, length), isPrimary: false);
        _position += length;
        return true;
    }
}
