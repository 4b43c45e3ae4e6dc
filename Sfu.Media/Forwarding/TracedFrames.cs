using Sfu.Media.Codecs;

namespace Sfu.Media.Forwarding;

/// <summary>
/// What the last packets of a consumer that is traced were parts of: so that a packet that is sent again is told as what it is. Nobody else
/// needs to know. Media thread only.
/// </summary>
internal sealed class TracedFrames
{
    private const int Size = 1024;

    private readonly (ushort Sequence, FrameLayers Layers)[] _frames = new (ushort, FrameLayers)[Size];

    /// <summary>A packet has left for the first time.</summary>
    public void Note(ushort sequence, in FrameLayers layers) => _frames[sequence % Size] = (sequence, layers);

    /// <summary>No layers and no key frame, where it is not known.</summary>
    public FrameLayers Of(ushort sequence)
    {
        var (noted, layers) = _frames[sequence % Size];
        return noted == sequence ? layers : default;
    }
}
