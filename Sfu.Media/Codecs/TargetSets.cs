namespace Sfu.Media.Codecs;

/// <summary>Sets of decode targets: bit 4·s + t for target (s, t), as in <see cref="FrameLayers.Targets"/>. Any thread.</summary>
internal static class TargetSets
{
    public const int All = (1 << (FrameLayers.MaxSpatialLayers * FrameLayers.MaxTemporalLayers)) - 1;

    private const int OneSpatial = (1 << FrameLayers.MaxTemporalLayers) - 1;

    /// <summary>The targets of one spatial layer.</summary>
    public static int Of(int spatial) => OneSpatial << (spatial * FrameLayers.MaxTemporalLayers);

    /// <summary>The targets of one spatial layer up to a temporal one.</summary>
    public static int InTimeUpTo(int spatial, int temporal) => ((2 << temporal) - 1) << (spatial * FrameLayers.MaxTemporalLayers);

    /// <summary>The targets of a spatial layer and of those below it, each up to a temporal layer.</summary>
    public static int UpTo(int spatial, int temporal)
    {
        var targets = 0;
        for (var each = 0; each <= spatial; each++)
        {
            targets |= InTimeUpTo(each, temporal);
        }

        return targets;
    }

    /// <returns>Bit s: some target of spatial layer s is in the set.</returns>
    public static int SpatialLayersOf(int targets)
    {
        var layers = 0;
        for (var spatial = 0; spatial < FrameLayers.MaxSpatialLayers; spatial++)
        {
            layers |= (targets & Of(spatial)) != 0 ? 1 << spatial : 0;
        }

        return layers;
    }

    /// <summary>All targets of the spatial layers that some target of the set belongs to.</summary>
    public static int WithAllInTime(int targets)
    {
        var whole = 0;
        for (var spatial = 0; spatial < FrameLayers.MaxSpatialLayers; spatial++)
        {
            whole |= (targets & Of(spatial)) != 0 ? Of(spatial) : 0;
        }

        return whole;
    }
}
