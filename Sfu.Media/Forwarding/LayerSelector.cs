using Sfu.Media.Codecs;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Decides frame by frame what one client gets of a layered producer: which decode target it is on, and where it may go over to another.
/// Sees nothing of a codec but <see cref="FrameLayers"/>; the streams of simulcast are spatial layers that do not depend on one another.
/// Media thread only.
/// </summary>
/// <remarks>
/// A client starts, and changes its spatial layer, at a key frame. Two things go without: fewer temporal layers, from any frame on, and a
/// lower spatial layer where it is a part of the present one, or where nothing of its base has been left out since a key picture brought both
/// (L3T3_KEY). More temporal layers begin where a frame says that they may.
/// </remarks>
/// <param name="needsKeyFrame">What is wanted begins with a key frame.</param>
internal struct LayerSelector(bool needsKeyFrame)
{
    public const int MaxLayer = FrameLayers.MaxTemporalLayers - 1;

    private const sbyte None = -1;

    private sbyte _spatial = None;
    private sbyte _temporal = None;
    private sbyte _wantedSpatial = MaxLayer;
    private sbyte _wantedTemporal = MaxLayer;

    // Bit s: the client has all base frames of spatial layer s since the last key picture.
    private byte _unbroken;

    // What was done with the frames of the present picture that its frame of the present spatial layer builds on.
    private bool _tookLower;
    private bool _leftLower;

    /// <summary>Whether the client is on any layer: it has got a frame to start from.</summary>
    public readonly bool IsOn => _spatial != None;

    /// <summary>The present layers; −1 while there are none.</summary>
    public readonly int Spatial => _spatial;

    /// <summary>The highest temporal layer that is let through; −1 while there is none.</summary>
    public readonly int Temporal => _temporal;

    public readonly int WantedSpatial => _wantedSpatial;

    public readonly int WantedTemporal => _wantedTemporal;

    /// <summary>Nothing is wanted at all.</summary>
    public readonly bool IsStopped => _wantedSpatial == None;

    /// <summary>What is wanted begins with a key frame only.</summary>
    public readonly bool WaitsForKeyFrame => needsKeyFrame && _wantedSpatial != None && _spatial != _wantedSpatial && !CanStepDown;

    /// <param name="spatial">0 … 3.</param>
    /// <param name="temporal">0 … 3; what is not there is passed over.</param>
    public void Want(int spatial, int temporal)
    {
        _wantedSpatial = (sbyte)spatial;
        _wantedTemporal = (sbyte)temporal;
    }

    /// <summary>From now on nothing, until something is wanted again.</summary>
    public void Stop()
    {
        Leave();
        _wantedSpatial = None;
    }

    /// <summary>What comes next does not go on from what came before: it begins with a key frame.</summary>
    public void Leave()
    {
        _spatial = None;
        _temporal = None;
        _unbroken = 0;
    }

    /// <summary>Whether the client gets the packet. May change the layers that it is on.</summary>
    public bool Takes(in FrameLayers frame)
    {
        if (_wantedSpatial == None)
        {
            return false;
        }

        if ((frame.Flags & FrameFlags.PictureStart) != 0)
        {
            _tookLower = false;
            _leftLower = false;
        }

        if (_spatial == None)
        {
            if (!MayBegin(frame))
            {
                return false;
            }

            Enter(frame);
        }
        else if (_spatial != _wantedSpatial && !TryChangeSpatial(frame))
        {
            // Meanwhile: on the way down as little as there is, on the way up as much.
            ChangeTemporal(frame, _wantedSpatial < _spatial ? 0 : MaxLayer);
        }
        else
        {
            ChangeTemporal(frame, _wantedTemporal);
        }

        var takes = _spatial != None && frame.BelongsTo(_spatial, _temporal);
        if (IsBelow(frame))
        {
            _tookLower |= takes;
            _leftLower |= !takes;
        }

        NoteBase(frame, takes);
        return takes;
    }

    /// <summary>The wanted layer is below the present one, and its next base frame goes on from what the client has.</summary>
    private readonly bool CanStepDown => _wantedSpatial < _spatial && _wantedSpatial != None && (_unbroken & (1 << _wantedSpatial)) != 0;

    private void NoteBase(in FrameLayers frame, bool takes)
    {
        if (!takes)
        {
            _unbroken &= frame.TemporalLayer == 0 ? (byte)~(1 << frame.SpatialLayer) : byte.MaxValue;
        }
        else if (frame.IsKeyFrame)
        {
            // The layers of its picture that build on it are taken too, up to the present one.
            _unbroken = 0;
            for (var spatial = 0; spatial <= _spatial; spatial++)
            {
                _unbroken |= frame.BelongsTo(spatial, 0) ? (byte)(1 << spatial) : (byte)0;
            }
        }
    }

    /// <summary>A frame that refers to no other: a key frame, or the beginning of an upper layer that stands by itself.</summary>
    private readonly bool MayBegin(in FrameLayers frame) => !needsKeyFrame || (frame.Flags & (FrameFlags.KeyFrame | FrameFlags.Independent)) != 0;

    private void Enter(in FrameLayers frame)
    {
        // A layer above the wanted one only where the wanted one is no part of the frame's stream.
        for (var spatial = _wantedSpatial; spatial >= 0; spatial--)
        {
            if (TryEnter(frame, spatial))
            {
                return;
            }
        }
    }

    private bool TryEnter(in FrameLayers frame, int spatial)
    {
        for (var temporal = (int)_wantedTemporal; temporal >= 0; temporal--)
        {
            if (frame.AllowsSwitchTo(spatial, temporal))
            {
                _spatial = (sbyte)spatial;
                _temporal = (sbyte)temporal;
                return true;
            }
        }

        return false;
    }

    private bool TryChangeSpatial(in FrameLayers frame)
    {
        if (MayBegin(frame) && TryEnter(frame, _wantedSpatial))
        {
            return true;
        }

        if (CanStepDown && frame.SpatialLayer == _wantedSpatial && frame.IsFrameStart && frame.TemporalLayer == 0 && frame.BelongsTo(_wantedSpatial, 0))
        {
            _spatial = _wantedSpatial;
            _temporal = 0;
            return true;
        }

        // A stream whose higher layers build on its lower ones: the frames of the lower target are a part of what the client has.
        if (_wantedSpatial < _spatial && (frame.Flags & FrameFlags.PictureStart) != 0 && frame.TemporalLayer == 0 && frame.BelongsTo(_spatial, _temporal))
        {
            var temporal = Math.Min(_temporal, _wantedTemporal);
            if (frame.BelongsTo(_wantedSpatial, temporal))
            {
                _spatial = _wantedSpatial;
                _temporal = temporal;
                return true;
            }
        }

        return false;
    }

    /// <summary>The present spatial layer builds on the frame in its picture.</summary>
    private readonly bool IsBelow(in FrameLayers frame) => frame.SpatialLayer < _spatial && (frame.Targets & TargetSets.Of(_spatial)) != 0;

    /// <summary>
    /// A picture is taken whole or not at all: where the present spatial layer builds on lower ones in each picture, the number of temporal layers
    /// changes with its first frame.
    /// </summary>
    private void ChangeTemporal(in FrameLayers frame, int wanted)
    {
        var begins = (frame.Flags & FrameFlags.PictureStart) != 0 && IsBelow(frame);
        if (wanted == _temporal || (frame.SpatialLayer != _spatial && !begins))
        {
            return;
        }

        if (wanted < _temporal)
        {
            if (!_tookLower && (frame.IsFrameStart || frame.TemporalLayer > wanted))
            {
                _temporal = (sbyte)wanted;
            }

            return;
        }

        for (var temporal = wanted; temporal > _temporal && !_leftLower; temporal--)
        {
            if (frame.AllowsSwitchTo(frame.SpatialLayer, temporal) && frame.BelongsTo(_spatial, temporal))
            {
                _temporal = (sbyte)temporal;
                return;
            }
        }
    }
}
