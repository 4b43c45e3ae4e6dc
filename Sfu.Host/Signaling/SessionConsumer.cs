using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Host.Signaling;

/// <summary>A Consumer of this session.</summary>
/// <param name="TransportId">What carries it.</param>
/// <param name="Announcement">What the client is, or has been, told in <c>newConsumer</c>.</param>
/// <param name="Accepted">The client has said yes and the Consumer runs.</param>
/// <param name="Score">The last one, as far as it is known.</param>
/// <param name="Layers">What is sent now; null: nothing, or it is not known.</param>
/// <param name="Paused">The client has asked for it.</param>
internal sealed record SessionConsumer(
    TransportId TransportId, Consumed Announcement, bool Accepted, ConsumerScore? Score = null, ConsumerLayers? Layers = null, bool Paused = false);
