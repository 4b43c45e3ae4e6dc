using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Routing;

/// <summary>What may be wished of a Consumer, and what becomes of the wish.</summary>
internal static class ConsumerLimits
{
    /// <summary>Null when both make sense.</summary>
    public static SfuError? Check(ConsumerLayers? layers, int priority) =>
        layers is { SpatialLayer: < 0 } or { TemporalLayer: < 0 } ? new SfuError(SfuErrorCode.InvalidParameters, "Layers count from 0.")
        : priority is < 1 or > 255 ? new SfuError(SfuErrorCode.InvalidParameters, "A priority is 1 … 255.")
        : null;

    /// <summary>The wish as far as the Consumer has layers: no more than the highest, and that where nothing is wished. Null when it has but one.</summary>
    public static ConsumerLayers? Clamp(ConsumerLayers? wish, ConsumerType type, RtpParameters parameters)
    {
        if (type is not (ConsumerType.Simulcast or ConsumerType.Svc))
        {
            return null;
        }

        var mode = ScalabilityMode.Parse(parameters.Encodings[0].ScalabilityMode);
        var spatial = mode.SpatialLayers - 1;
        var temporal = mode.TemporalLayers - 1;
        return wish is { } layers
            ? new ConsumerLayers(Math.Min(layers.SpatialLayer, spatial), Math.Min(layers.TemporalLayer ?? temporal, temporal))
            : new ConsumerLayers(spatial, temporal);
    }
}
