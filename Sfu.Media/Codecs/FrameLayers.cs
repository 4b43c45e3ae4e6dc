namespace Sfu.Media.Codecs;

/// <summary>
/// What one packet says about the place of its frame among the layers of its stream: enough to decide who gets it, whatever the codec.
/// </summary>
/// <remarks>
/// A decode target is what somebody receives who gets the layers up to a spatial and a temporal one (AV1 RTP specification §A.2). Target
/// (s, t) is bit 4·s + t of <see cref="Targets"/> and <see cref="Switches"/>: four spatial and four temporal layers at most. A stream without
/// layers has the target (0, 0) alone.
/// </remarks>
/// <param name="SpatialLayer">0 … 3.</param>
/// <param name="TemporalLayer">0 … 3.</param>
/// <param name="Targets">The decode targets that need this frame or have it: who gets one of them is sent the frame.</param>
/// <param name="Switches">The decode targets that somebody who can decode this frame may go over to with it; none but in a frame's first
/// packet.</param>
/// <param name="Flags">What else is known.</param>
public readonly record struct FrameLayers(byte SpatialLayer, byte TemporalLayer, ushort Targets, ushort Switches, FrameFlags Flags)
{
    public const int MaxSpatialLayers = 4;
    public const int MaxTemporalLayers = 4;

    /// <summary>A frame of a stream without layers.</summary>
    public static FrameLayers Single(FrameFlags flags) =>
        new(0, 0, 1, (flags & (FrameFlags.KeyFrame | FrameFlags.Independent)) != 0 ? (ushort)1 : (ushort)0, flags);

    public bool IsKeyFrame => (Flags & FrameFlags.KeyFrame) != 0;

    public bool IsFrameStart => (Flags & FrameFlags.FrameStart) != 0;

    public bool IsFrameEnd => (Flags & FrameFlags.FrameEnd) != 0;

    /// <summary>The bit of a decode target.</summary>
    public static ushort TargetBit(int spatial, int temporal) => (ushort)(1 << ((spatial * MaxTemporalLayers) + temporal));

    public bool BelongsTo(int spatial, int temporal) => (Targets & TargetBit(spatial, temporal)) != 0;

    /// <summary>
    /// Whether all later frames of this target can be decoded by whoever can decode this frame. Who that is, the bit does not say:
    /// <see cref="AllowsSwitch"/> does.
    /// </summary>
    public bool AllowsSwitchTo(int spatial, int temporal) => (Switches & TargetBit(spatial, temporal)) != 0;

    /// <summary>
    /// Whether somebody who has been sent one target without a gap may be sent another from this packet on, this frame included.
    /// </summary>
    /// <remarks>
    /// A switch indication holds "if the frame is decodable" (AV1 RTP specification §A.2, as VP9's U bit and VP8's Y bit in effect), and
    /// the frames of an upper spatial layer carry it at every base picture. Decodable is a frame that belongs to what one has been sent,
    /// one that refers to no other, and a layer sync within its spatial layer. Going down in time needs nothing: nobody refers upwards.
    /// </remarks>
    /// <param name="fromSpatial">What has been sent so far; −1 for nothing that could be continued.</param>
    /// <param name="fromTemporal">Likewise.</param>
    /// <param name="toSpatial">What is to be sent.</param>
    /// <param name="toTemporal">Likewise.</param>
    public bool AllowsSwitch(int fromSpatial, int fromTemporal, int toSpatial, int toTemporal)
    {
        if (!IsFrameStart)
        {
            return false;
        }

        if (fromSpatial == toSpatial && toTemporal <= fromTemporal)
        {
            return true;
        }

        return AllowsSwitchTo(toSpatial, toTemporal)
            && ((Flags & FrameFlags.Independent) != 0
                || (fromSpatial >= 0
                    && (BelongsTo(fromSpatial, fromTemporal) || ((Flags & FrameFlags.LayerSync) != 0 && fromSpatial == toSpatial))));
    }
}

/// <summary>What is known of a packet's frame beside its layers.</summary>
[Flags]
public enum FrameFlags : byte
{
    None = 0,

    /// <summary>The packet starts a key frame: a receiver can begin here.</summary>
    KeyFrame = 1,

    /// <summary>First packet of a frame (of one spatial layer).</summary>
    FrameStart = 2,

    /// <summary>Last packet of a frame (of one spatial layer).</summary>
    FrameEnd = 4,

    /// <summary>The first frame of its picture (temporal unit).</summary>
    PictureStart = 8,

    /// <summary>No later frame refers to this one.</summary>
    Discardable = 16,

    /// <summary>The frame refers to no other, of its own picture or of earlier ones: each key frame, and the first frames of independent spatial layers.</summary>
    Independent = 32,

    /// <summary>The frame refers to none but the lowest temporal layer of its spatial layer, which everybody has who has that layer at all.</summary>
    LayerSync = 64,
}
