using Sfu.Media.Codecs;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Decides frame by frame what crosses a pipe of one encoding: the frames of all decode targets that somebody beyond the pipe wants, which are
/// chosen from there. A part of its consumer, without an object of its own. Media thread only.
/// </summary>
/// <remarks>
/// More spatial layers begin with a key frame, more temporal ones where a frame of their spatial layer says that they may; less is at once.
/// So whatever target of those that cross a client beyond the pipe is on, it finds there the same frames as on this side.
/// </remarks>
internal struct PipedLayers
{
    private readonly ushort _scope;
    private readonly bool _needsKeyFrame;
    private ushort _wanted;

    // Those of the wanted ones that cross.
    private ushort _taken;

    // Bit s: spatial layer s is wanted, comes, and no key frame has come since.
    private byte _awaited;

    /// <param name="needsKeyFrame">What is wanted begins with a key frame.</param>
    /// <param name="scope">The decode targets that the encoding can have; 0: there is no pipe.</param>
    public PipedLayers(bool needsKeyFrame, ushort scope)
    {
        _needsKeyFrame = needsKeyFrame;
        _scope = scope;
        _wanted = scope;
        Leave();
    }

    /// <summary>There is a pipe.</summary>
    public readonly bool IsUsed => _scope != 0;

    public readonly int Wanted => _wanted;

    /// <summary>Something crosses.</summary>
    public readonly bool IsOn => _taken != 0;

    /// <summary>The encoding's place among the spatial layers of its producer.</summary>
    public readonly int Place => int.TrailingZeroCount(_scope) / FrameLayers.MaxTemporalLayers;

    /// <summary>A spatial layer that is wanted begins with a key frame only.</summary>
    public readonly bool WaitsForKeyFrame => _needsKeyFrame && _wanted != 0 && (_taken == 0 || _awaited != 0);

    /// <param name="targets">The decode targets that are to cross from now on.</param>
    public void Want(int targets)
    {
        _wanted = (ushort)(targets & _scope);
        _taken &= _wanted;
        _taken |= _needsKeyFrame ? (ushort)0 : _wanted;
        _awaited &= (byte)TargetSets.SpatialLayersOf(_wanted);
    }

    /// <summary>What is wanted, or what the producer sends, has changed.</summary>
    /// <param name="present">Bit s: the producer sends spatial layer s.</param>
    /// <returns>Whether there is a spatial layer to wait for that was not waited for before.</returns>
    public bool Await(int present)
    {
        var before = _awaited;
        _awaited = (byte)(TargetSets.SpatialLayersOf(_wanted) & present & ~TargetSets.SpatialLayersOf(_taken));
        return _needsKeyFrame && (_awaited & ~before) != 0;
    }

    /// <summary>What comes next does not go on from what came before.</summary>
    public void Leave() => _taken = _needsKeyFrame ? (ushort)0 : _wanted;

    /// <summary>Whether the packet crosses. May change what does.</summary>
    public bool Takes(in FrameLayers frame)
    {
        var open = frame.Switches & _wanted & ~_taken;
        if (open != 0)
        {
            Open(frame, open);
        }

        if (frame.IsKeyFrame)
        {
            // A layer that it does not bring, no other one would.
            _awaited = 0;
        }

        return (frame.Targets & _taken) != 0;
    }

    /// <summary>The packet ends what crosses of its picture, and nothing can follow.</summary>
    public readonly bool EndsPicture(in FrameLayers frame)
    {
        for (var spatial = frame.SpatialLayer + 1; frame.IsFrameEnd && spatial < FrameLayers.MaxSpatialLayers; spatial++)
        {
            // More temporal layers begin in each spatial layer by itself: what is wanted may begin with the next frame.
            if ((_taken & TargetSets.Of(spatial)) != 0 && (_wanted & FrameLayers.TargetBit(spatial, frame.TemporalLayer)) != 0)
            {
                return false;
            }
        }

        return frame.IsFrameEnd;
    }

    private void Open(in FrameLayers frame, int open)
    {
        var refersToNone = (frame.Flags & (FrameFlags.KeyFrame | FrameFlags.Independent)) != 0;
        for (var spatial = 0; spatial < FrameLayers.MaxSpatialLayers; spatial++)
        {
            var here = open & TargetSets.Of(spatial);
            if (here != 0 && (refersToNone || (spatial == frame.SpatialLayer && (_taken & TargetSets.Of(spatial)) != 0)))
            {
                // Who has a temporal layer has those below it.
                var highest = int.Log2(here);
                _taken |= (ushort)(_wanted & TargetSets.InTimeUpTo(spatial, highest % FrameLayers.MaxTemporalLayers));
            }
        }
    }
}
