namespace Sfu.Actors.Serialization.Contract;

/// <summary>An entry of <see cref="Media.Control.RtpStreamStats.BitrateByLayer"/>.</summary>
internal sealed record WireLayerBitrate(string Layer, long Bitrate);
