namespace Sfu.Actors.Protocol;

/// <summary>The highest layers that a Consumer wants; a null temporal layer means the highest there is.</summary>
public readonly record struct ConsumerLayers(int SpatialLayer, int? TemporalLayer);
