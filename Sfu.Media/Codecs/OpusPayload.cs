namespace Sfu.Media.Codecs;

/// <summary>An Opus packet as RTP carries it (RFC 7587 §4.2, RFC 6716 §3). Any thread.</summary>
public static class OpusPayload
{
    private const int MaxFrames = 48;

    /// <summary>
    /// Whether the packet only marks silence: discontinuous transmission (RFC 7587 §3.1.3). An encoder then makes packets of two bytes at
    /// most, or joins several frames that have a byte at most each.
    /// </summary>
    /// <param name="payload">RTP payload; out of a RED block where there is redundancy.</param>
    public static bool IsDtx(ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty)
        {
            return false;
        }

        if (payload.Length <= 2)
        {
            return true;
        }

        // TOC octet |config (5)|s|c (2)|: how many frames there are.
        return (payload[0] & 0x03) switch
        {
            0 => false,
            1 => payload.Length <= 3,
            2 => payload[1] <= 1 && payload.Length - 2 - payload[1] <= 1,
            _ => AreFramesEmpty(payload),
        };
    }

    /// <summary>Code 3 (RFC 6716 §3.2.5): |v|p| M (6)|, padding lengths, M − 1 frame lengths if v, frames, padding.</summary>
    private static bool AreFramesEmpty(ReadOnlySpan<byte> payload)
    {
        var count = payload[1] & 0x3F;
        if (count is 0 or > MaxFrames)
        {
            return false;
        }

        var position = 2;
        var padding = 0;
        if ((payload[1] & 0x40) != 0)
        {
            byte value;
            do
            {
                if (position >= payload.Length)
                {
                    return false;
                }

                // 255 says 254 bytes and one more octet of length.
                value = payload[position++];
                padding += Math.Min(value, (byte)254);
            }
            while (value == 255);
        }

        if ((payload[1] & 0x80) == 0)
        {
            return payload.Length - position - padding is var bytes && bytes >= 0 && bytes <= count;
        }

        var told = 0;
        for (var frame = 1; frame < count; frame++)
        {
            if (position >= payload.Length || payload[position] > 1)
            {
                return false;
            }

            told += payload[position++];
        }

        return payload.Length - position - padding - told is >= 0 and <= 1;
    }
}
