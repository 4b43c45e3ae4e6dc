namespace Sfu.Media.Codecs;

/// <summary>The VP8 payload descriptor (RFC 7741 §4.2).</summary>
/// <remarks>
/// <code>
/// |X|R|N|S|R| PID |   required
/// |I|L|T|K|  RSV  |   if X
/// |M| PictureID   |   if I; 15 bits over two octets if M
/// |   TL0PICIDX   |   if L
/// |TID|Y| KEYIDX  |   if T or K
/// </code>
/// </remarks>
public readonly record struct Vp8PayloadDescriptor
{
    /// <summary>Bytes of the descriptor: where the VP8 payload header starts.</summary>
    public int Length { get; private init; }

    /// <summary>The frame may be discarded without harm to later ones.</summary>
    public bool IsNonReference { get; private init; }

    /// <summary>S bit and partition 0: the first packet of a frame.</summary>
    public bool IsFrameStart { get; private init; }

    /// <summary>First packet of a frame whose payload header has the inverse key frame bit cleared (§4.3).</summary>
    public bool IsKeyFrameStart { get; private init; }

    /// <summary>7 or 15 bits; −1 when absent.</summary>
    public int PictureId { get; private init; }

    /// <summary>Offset of the picture identifier in the payload; −1 when absent.</summary>
    public int PictureIdOffset { get; private init; }

    /// <summary>The picture identifier takes two octets.</summary>
    public bool HasLongPictureId { get; private init; }

    /// <summary>−1 when absent.</summary>
    public int Tl0PictureIndex { get; private init; }

    /// <summary>Offset of TL0PICIDX in the payload; −1 when absent.</summary>
    public int Tl0PictureIndexOffset { get; private init; }

    /// <summary>0 … 3; −1 when absent.</summary>
    public int TemporalLayer { get; private init; }

    /// <summary>Y bit: depends on the base layer only, so that the receiver may switch up here.</summary>
    public bool IsLayerSync { get; private init; }

    /// <summary>0 … 31; −1 when absent.</summary>
    public int KeyIndex { get; private init; }

    public static bool TryParse(ReadOnlySpan<byte> payload, out Vp8PayloadDescriptor view)
    {
        view = default;
        if (payload.IsEmpty)
        {
            return false;
        }

        var first = payload[0];
        var flags = 0;
        var position = 1;
        if ((first & 0x80) != 0)
        {
            if (payload.Length < 2)
            {
                return false;
            }

            flags = payload[1];
            position = 2;
        }

        var picture = PictureIdField.None;
        int tl0 = -1, tl0Offset = -1, layer = -1, keyIndex = -1;
        var layerSync = false;
        if ((flags & 0x80) != 0 && !PictureIdField.TryRead(payload, ref position, out picture))
        {
            return false;
        }

        if ((flags & 0x40) != 0)
        {
            if (payload.Length <= position)
            {
                return false;
            }

            tl0Offset = position;
            tl0 = payload[position++];
        }

        if ((flags & 0x30) != 0)
        {
            if (payload.Length <= position)
            {
                return false;
            }

            var value = payload[position++];
            layer = (flags & 0x20) != 0 ? value >> 6 : -1;
            layerSync = (flags & 0x20) != 0 && (value & 0x20) != 0;
            keyIndex = (flags & 0x10) != 0 ? value & 0x1F : -1;
        }

        if (payload.Length <= position)
        {
            // A descriptor without a VP8 payload behind it describes nothing.
            return false;
        }

        var frameStart = (first & 0x17) == 0x10;
        view = new Vp8PayloadDescriptor
        {
            Length = position,
            IsNonReference = (first & 0x20) != 0,
            IsFrameStart = frameStart,
            IsKeyFrameStart = frameStart && (payload[position] & 0x01) == 0,
            PictureId = picture.Value,
            PictureIdOffset = picture.Offset,
            HasLongPictureId = picture.IsLong,
            Tl0PictureIndex = tl0,
            Tl0PictureIndexOffset = tl0Offset,
            TemporalLayer = layer,
            IsLayerSync = layerSync,
            KeyIndex = keyIndex,
        };
        return true;
    }
}
