namespace Sfu.Media.Codecs;

/// <summary>
/// What is added to the numbers in a VP8 or VP9 payload descriptor, or in a dependency descriptor, when a packet is forwarded, each modulo
/// its own size. Kept beside a sent packet, it makes a retransmission equal to the last bit. The default changes nothing.
/// </summary>
/// <param name="Packed">
/// PictureID in the lowest 15 bits, TL0PICIDX in the next 8, KEYIDX in the next 5; or the frame number in the lowest 16, the template
/// identifier in the next 6. A consumer has numbers of one of the two kinds.
/// </param>
public readonly record struct DescriptorShift(uint Packed)
{
    private const int Tl0Position = 15;
    private const int KeyPosition = 23;
    private const int TemplatePosition = 16;

    public DescriptorShift(int pictureId, int tl0PictureIndex, int keyIndex)
        : this((uint)((pictureId & 0x7FFF) | ((tl0PictureIndex & 0xFF) << Tl0Position) | ((keyIndex & 0x1F) << KeyPosition)))
    {
    }

    /// <summary>Nothing is to be changed.</summary>
    public bool IsNone => Packed == 0;

    public int PictureId => (int)Packed & 0x7FFF;

    public int Tl0PictureIndex => (int)(Packed >> Tl0Position) & 0xFF;

    public int KeyIndex => (int)(Packed >> KeyPosition) & 0x1F;

    public int FrameNumber => (int)Packed & 0xFFFF;

    public int TemplateId => (int)(Packed >> TemplatePosition) & 0x3F;

    public static DescriptorShift OfFrame(int frameNumber, int templateId) =>
        new((uint)((frameNumber & 0xFFFF) | ((templateId & 0x3F) << TemplatePosition)));
}
