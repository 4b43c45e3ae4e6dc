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
/// <param name="Switches">The decode targets that somebody who has received lower or other ones so far may go over to with this frame.</param>
/// <param name="Flags">What else is known.</param>
public readonly record struct FrameLayers(byte SpatialLayer, byte TemporalLayer, ushort Targets, ushort Switches, FrameFlags Flags)
{
    public const int MaxSpatialLayers = 4;
    public const int MaxTemporalLayers = 4;

    /// <summary>A frame of a stream without layers.</summary>
    public static FrameLayers Single(FrameFlags flags) =>
        new(0, 0, 1, (flags & FrameFlags.KeyFrame) != 0 ? (ushort)1 : (ushort)0, flags);

    public bool IsKeyFrame => (Flags & FrameFlags.KeyFrame) != 0;

    public bool IsFrameStart => (Flags & FrameFlags.FrameStart) != 0;

    public bool IsFrameEnd => (Flags & FrameFlags.FrameEnd) != 0;

    /// <summary>The bit of a decode target.</summary>
    public static ushort TargetBit(int spatial, int temporal) => (ushort)(1 << ((spatial * MaxTemporalLayers) + temporal));

    public bool BelongsTo(int spatial, int temporal) => (Targets & TargetBit(spatial, temporal)) != 0;

    public bool AllowsSwitchTo(int spatial, int temporal) => (Switches & TargetBit(spatial, temporal)) != 0;
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
}
