namespace Sfu.Media.Control;

/// <summary>Layers of a producer, counted from 0. As a wish: the highest ones, where a null temporal layer means the highest there is.</summary>
public readonly record struct ConsumerLayers(int SpatialLayer, int? TemporalLayer);
