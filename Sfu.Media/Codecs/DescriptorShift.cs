namespace Sfu.Media.Codecs;

/// <summary>
/// What is added to the numbers in a VP8 or VP9 payload descriptor when a packet is forwarded, each modulo its own size. Kept beside a sent
/// packet, it makes a retransmission equal to the last bit. The default changes nothing.
/// </summary>
/// <param name="Packed">PictureID in the lowest 15 bits, TL0PICIDX in the next 8, KEYIDX in the next 5.</param>
public readonly record struct DescriptorShift(uint Packed)
{
    private const int Tl0Position = 15;
    private const int KeyPosition = 23;

    public DescriptorShift(int pictureId, int tl0PictureIndex, int keyIndex)
        : this((uint)((pictureId & 0x7FFF) | ((tl0PictureIndex & 0xFF) << Tl0Position) | ((keyIndex & 0x1F) << KeyPosition)))
    {
    }

    /// <summary>Nothing is to be changed.</summary>
    public bool IsNone => Packed == 0;

    public int PictureId => (int)Packed & 0x7FFF;

    public int Tl0PictureIndex => (int)(Packed >> Tl0Position) & 0xFF;

    public int KeyIndex => (int)(Packed >> KeyPosition) & 0x1F;
}
