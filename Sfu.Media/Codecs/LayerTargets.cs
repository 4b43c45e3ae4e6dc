using Sfu.Media.Ortc;

namespace Sfu.Media.Codecs;

/// <summary>
/// Sets of decode targets in the bits of <see cref="FrameLayers"/>, within the layers that were negotiated. A stream may have more layers
/// than its parameters tell: they count as the highest that they tell, so that who has that target is sent everything. Any thread.
/// </summary>
internal readonly struct LayerTargets
{
    private readonly byte _maxSpatial;
    private readonly byte _maxTemporal;

    public LayerTargets(ScalabilityMode mode)
    {
        _maxSpatial = (byte)(Math.Clamp(mode.SpatialLayers, 1, FrameLayers.MaxSpatialLayers) - 1);
        _maxTemporal = (byte)(Math.Clamp(mode.TemporalLayers, 1, FrameLayers.MaxTemporalLayers) - 1);
    }

    /// <summary>All targets of the mode.</summary>
    public ushort All => AndAbove(0, 0);

    /// <summary>The target itself.</summary>
    public ushort One(int spatial, int temporal) =>
        FrameLayers.TargetBit(Math.Min(spatial, _maxSpatial), Math.Min(temporal, _maxTemporal));

    /// <summary>The targets of the spatial layer that have this temporal layer.</summary>
    public ushort InTime(int spatial, int temporal) =>
        (ushort)(Times(temporal) << (FrameLayers.MaxTemporalLayers * Math.Min(spatial, _maxSpatial)));

    /// <summary>The targets of the spatial layer that have more than this temporal layer.</summary>
    public ushort AboveInTime(int spatial, int temporal) => temporal < _maxTemporal ? InTime(spatial, temporal + 1) : (ushort)0;

    /// <summary>The targets of this and higher spatial layers that have this temporal layer.</summary>
    public ushort AndAbove(int spatial, int temporal)
    {
        var targets = 0;
        for (var s = Math.Min(spatial, _maxSpatial); s <= _maxSpatial; s++)
        {
            targets |= Times(temporal) << (FrameLayers.MaxTemporalLayers * s);
        }

        return (ushort)targets;
    }

    private int Times(int temporal) => (2 << _maxTemporal) - (1 << Math.Min(temporal, _maxTemporal));
}
