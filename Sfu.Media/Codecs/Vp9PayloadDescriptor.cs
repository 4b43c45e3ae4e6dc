using System.Buffers.Binary;

namespace Sfu.Media.Codecs;

/// <summary>The part of the VP9 payload descriptor (RFC 9628 §4.2) that forwarding needs; reference and scalability data are not
/// read.</summary>
/// <remarks>
/// <code>
/// |I|P|L|F|B|E|V|Z|   required
/// |M| PICTURE ID  |   if I; 15 bits over two octets if M
/// | TID |U| SID |D|   if L
/// |   TL0PICIDX   |   if L and not F
/// </code>
/// </remarks>
public readonly record struct Vp9PayloadDescriptor
{
    /// <summary>P bit: the picture refers to earlier ones.</summary>
    public bool IsInterPicturePredicted { get; private init; }

    /// <summary>B bit: first packet of a layer frame.</summary>
    public bool IsFrameStart { get; private init; }

    /// <summary>E bit: last packet of a layer frame.</summary>
    public bool IsFrameEnd { get; private init; }

    /// <summary>F bit.</summary>
    public bool IsFlexibleMode { get; private init; }

    /// <summary>7 or 15 bits; −1 when absent.</summary>
    public int PictureId { get; private init; }

    /// <summary>−1 when absent.</summary>
    public int TemporalLayer { get; private init; }

    /// <summary>−1 when absent.</summary>
    public int SpatialLayer { get; private init; }

    /// <summary>U bit.</summary>
    public bool IsSwitchingUpPoint { get; private init; }

    /// <summary>D bit: needs the lower spatial layer of the same picture.</summary>
    public bool IsInterLayerPredicted { get; private init; }

    /// <summary>−1 when absent.</summary>
    public int Tl0PictureIndex { get; private init; }

    /// <summary>The first packet of the base spatial layer of a picture that depends on no other.</summary>
    public bool IsKeyFrameStart => !IsInterPicturePredicted && IsFrameStart && SpatialLayer <= 0 && !IsInterLayerPredicted;

    public static bool TryParse(ReadOnlySpan<byte> payload, out Vp9PayloadDescriptor view)
    {
        view = default;
        if (payload.IsEmpty)
        {
            return false;
        }

        var first = payload[0];
        var position = 1;
        int pictureId = -1, temporal = -1, spatial = -1, tl0 = -1;
        bool switchingUp = false, interLayer = false;
        var flexible = (first & 0x10) != 0;
        if ((first & 0x80) != 0)
        {
            if (payload.Length <= position)
            {
                return false;
            }

            var wide = (payload[position] & 0x80) != 0;
            if (payload.Length < position + (wide ? 2 : 1))
            {
                return false;
            }

            pictureId = wide ? BinaryPrimitives.ReadUInt16BigEndian(payload[position..]) & 0x7FFF : payload[position];
            position += wide ? 2 : 1;
        }

        if ((first & 0x20) != 0)
        {
            if (payload.Length < position + (flexible ? 1 : 2))
            {
                return false;
            }

            var layers = payload[position++];
            temporal = layers >> 5;
            switchingUp = (layers & 0x10) != 0;
            spatial = (layers >> 1) & 0x07;
            interLayer = (layers & 0x01) != 0;
            tl0 = flexible ? -1 : payload[position++];
        }

        if (payload.Length <= position)
        {
            return false;
        }

        view = new Vp9PayloadDescriptor
        {
            IsInterPicturePredicted = (first & 0x40) != 0,
            IsFrameStart = (first & 0x08) != 0,
            IsFrameEnd = (first & 0x04) != 0,
            IsFlexibleMode = flexible,
            PictureId = pictureId,
            TemporalLayer = temporal,
            SpatialLayer = spatial,
            IsSwitchingUpPoint = switchingUp,
            IsInterLayerPredicted = interLayer,
            Tl0PictureIndex = tl0,
        };
        return true;
    }
}
