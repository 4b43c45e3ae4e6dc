namespace Sfu.Media.Codecs;

/// <summary>The VP9 payload descriptor (RFC 9628 §4.2).</summary>
/// <remarks>
/// <code>
/// |I|P|L|F|B|E|V|Z|   required
/// |M| PICTURE ID  |   if I; 15 bits over two octets if M
/// | TID |U| SID |D|   if L
/// |   TL0PICIDX   |   if L and not F
/// |  P_DIFF     |N|   if P and F; another one if N, three at most
/// |     SS      |     if V: <see cref="Vp9ScalabilityStructure"/>
/// </code>
/// </remarks>
public readonly record struct Vp9PayloadDescriptor
{
    public const int MaxReferences = 3;

    // P_DIFF of seven bits each, the first in the lowest ones.
    private readonly uint _references;

    /// <summary>Bytes of the descriptor: where the VP9 payload starts; −1 when its reference or scalability data is cut off.</summary>
    public int Length { get; private init; }

    /// <summary>P bit: the frame refers to earlier pictures.</summary>
    public bool IsInterPicturePredicted { get; private init; }

    /// <summary>B bit: first packet of a layer frame.</summary>
    public bool IsFrameStart { get; private init; }

    /// <summary>E bit: last packet of a layer frame.</summary>
    public bool IsFrameEnd { get; private init; }

    /// <summary>F bit.</summary>
    public bool IsFlexibleMode { get; private init; }

    /// <summary>Z bit: no upper spatial layer of this picture refers to the frame.</summary>
    public bool IsNotReferredFromAbove { get; private init; }

    /// <summary>7 or 15 bits; −1 when absent.</summary>
    public int PictureId { get; private init; }

    /// <summary>Offset of the picture identifier in the payload; −1 when absent.</summary>
    public int PictureIdOffset { get; private init; }

    /// <summary>The picture identifier takes two octets.</summary>
    public bool HasLongPictureId { get; private init; }

    /// <summary>−1 when absent.</summary>
    public int TemporalLayer { get; private init; }

    /// <summary>−1 when absent.</summary>
    public int SpatialLayer { get; private init; }

    /// <summary>
    /// U bit: no later picture of a temporal layer above this one's refers to one before it that is also above (§4.2). It says nothing of
    /// what this frame refers to.
    /// </summary>
    public bool IsSwitchingUpPoint { get; private init; }

    /// <summary>D bit: needs the lower spatial layer of the same picture.</summary>
    public bool IsInterLayerPredicted { get; private init; }

    /// <summary>−1 when absent.</summary>
    public int Tl0PictureIndex { get; private init; }

    /// <summary>Offset of TL0PICIDX in the payload; −1 when absent.</summary>
    public int Tl0PictureIndexOffset { get; private init; }

    /// <summary>How many earlier pictures are named that the frame refers to: flexible mode only.</summary>
    public int ReferenceCount { get; private init; }

    /// <summary>The scalability structure; default when absent or cut off.</summary>
    public Vp9ScalabilityStructure Structure { get; private init; }

    /// <summary>The first packet of the base spatial layer of a picture that depends on no other.</summary>
    public bool IsKeyFrameStart => !IsInterPicturePredicted && IsFrameStart && SpatialLayer <= 0 && !IsInterLayerPredicted;

    /// <summary>How many pictures a reference lies back.</summary>
    /// <param name="index">0 … <see cref="ReferenceCount"/> − 1.</param>
    public int GetReference(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)ReferenceCount, nameof(index));
        return (int)(_references >> (7 * index)) & 0x7F;
    }

    public static bool TryParse(ReadOnlySpan<byte> payload, out Vp9PayloadDescriptor view)
    {
        view = default;
        if (payload.IsEmpty)
        {
            return false;
        }

        var first = payload[0];
        var position = 1;
        var picture = PictureIdField.None;
        int temporal = -1, spatial = -1, tl0 = -1, tl0Offset = -1;
        bool switchingUp = false, interLayer = false;
        var flexible = (first & 0x10) != 0;
        if ((first & 0x80) != 0 && !PictureIdField.TryRead(payload, ref position, out picture))
        {
            return false;
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
            if (!flexible)
            {
                tl0Offset = position;
                tl0 = payload[position++];
            }
        }

        if (payload.Length <= position)
        {
            // A descriptor without a VP9 payload behind it describes nothing.
            return false;
        }

        var interPicture = (first & 0x40) != 0;
        var count = interPicture && flexible ? ReadReferences(payload, ref position, out var references) : Absent(out references);
        var structure = default(Vp9ScalabilityStructure);
        var whole = count >= 0 && ((first & 0x02) == 0 || Vp9ScalabilityStructure.TryParse(payload, ref position, out structure));
        if (!whole || position >= payload.Length)
        {
            position = -1;
            count = Absent(out references);
            structure = default;
        }

        view = new Vp9PayloadDescriptor(references)
        {
            Length = position,
            IsInterPicturePredicted = interPicture,
            IsFrameStart = (first & 0x08) != 0,
            IsFrameEnd = (first & 0x04) != 0,
            IsFlexibleMode = flexible,
            IsNotReferredFromAbove = (first & 0x01) != 0,
            PictureId = picture.Value,
            PictureIdOffset = picture.Offset,
            HasLongPictureId = picture.IsLong,
            TemporalLayer = temporal,
            SpatialLayer = spatial,
            IsSwitchingUpPoint = switchingUp,
            IsInterLayerPredicted = interLayer,
            Tl0PictureIndex = tl0,
            Tl0PictureIndexOffset = tl0Offset,
            ReferenceCount = count,
            Structure = structure,
        };
        return true;
    }

    private Vp9PayloadDescriptor(uint references) => _references = references;

    private static int Absent(out uint references)
    {
        references = 0;
        return 0;
    }

    /// <returns>How many there are; −1 when they are cut off or too many.</returns>
    private static int ReadReferences(ReadOnlySpan<byte> payload, ref int position, out uint references)
    {
        references = 0;
        for (var count = 0; count < MaxReferences && position < payload.Length; count++)
        {
            var value = payload[position++];
            references |= (uint)(value >> 1) << (7 * count);
            if ((value & 0x01) == 0)
            {
                return count + 1;
            }
        }

        return -1;
    }
}
