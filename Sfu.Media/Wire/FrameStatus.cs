namespace Sfu.Media.Wire;

/// <summary>What <see cref="FrameReader"/> found.</summary>
public enum FrameStatus
{
    /// <summary>A whole frame.</summary>
    Frame,

    /// <summary>The rest of the frame has not come yet.</summary>
    Incomplete,

    /// <summary>A frame without content. <see cref="FrameReader.TryRead"/> skips it.</summary>
    Empty,

    /// <summary>The frame is longer than is taken: the stream cannot be followed any further.</summary>
    TooLong,
}
