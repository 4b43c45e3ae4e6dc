namespace Sfu.Media.Codecs;

/// <summary>Key frames and layers in the RTP payload of AV1 (AV1 RTP specification §4.4).</summary>
/// <remarks>Aggregation header |Z|Y| W (2) |N|–|–|–|, then OBU elements, each behind a LEB128 length, the last without one when W is not
/// 0.</remarks>
internal static class Av1Payload
{
    private const int SequenceHeader = 1;
    private const int MaxLeb128Length = 8;

    /// <summary>N bit (first packet of a coded video sequence) and an OBU with a sequence header that starts in this packet.</summary>
    public static bool IsKeyFrameStart(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < 2 || (payload[0] & 0x08) == 0 || (payload[0] & 0x80) != 0)
        {
            return false;
        }

        var count = (payload[0] >> 4) & 0x03;
        var rest = payload[1..];
        for (var index = 1; !rest.IsEmpty; index++)
        {
            var length = rest.Length;
            if (index != count && !TryReadLeb128(ref rest, out length))
            {
                return false;
            }

            if (length > rest.Length)
            {
                return false;
            }

            // OBU header |F| type (4) |X|S|–|.
            if (length > 0 && ((rest[0] >> 3) & 0x0F) == SequenceHeader)
            {
                return true;
            }

            if (index == count)
            {
                return false;
            }

            rest = rest[length..];
        }

        return false;
    }

    /// <summary>
    /// The layers that the first OBU header tells: 0 and 0 when it has no extension (AV1 §5.3.2).
    /// </summary>
    /// <returns>False for a packet that continues an OBU, or has none.</returns>
    public static bool TryReadLayers(ReadOnlySpan<byte> payload, out int temporal, out int spatial)
    {
        temporal = 0;
        spatial = 0;
        if (payload.Length < 2 || (payload[0] & 0x80) != 0)
        {
            return false;
        }

        var rest = payload[1..];
        var length = rest.Length;
        if (((payload[0] >> 4) & 0x03) != 1 && !TryReadLeb128(ref rest, out length))
        {
            return false;
        }

        if (length == 0 || length > rest.Length)
        {
            return false;
        }

        if ((rest[0] & 0x04) != 0 && length > 1)
        {
            temporal = rest[1] >> 5;
            spatial = (rest[1] >> 3) & 0x03;
        }

        return true;
    }

    private static bool TryReadLeb128(ref ReadOnlySpan<byte> source, out int value)
    {
        ulong result = 0;
        for (var i = 0; i < source.Length && i < MaxLeb128Length; i++)
        {
            result |= (ulong)(source[i] & 0x7F) << (7 * i);
            if ((source[i] & 0x80) == 0)
            {
                source = source[(i + 1)..];
                value = (int)Math.Min(result, int.MaxValue);
                return true;
            }
        }

        value = 0;
        return false;
    }
}
