using Sfu.Media.Ortc;

namespace Sfu.Actors.Protocol;

/// <summary>A Producer as the peers see it.</summary>
/// <param name="ProducerId">To be consumed by.</param>
/// <param name="PeerId">Whose it is; null when its transport was created without a peer.</param>
/// <param name="Kind">Audio or video.</param>
/// <param name="Type">Simple, simulcast or SVC.</param>
/// <param name="Paused">Whether it is paused now.</param>
/// <param name="AppData">As given to <see cref="RouterProtocol.Produce"/>.</param>
public sealed record ProducerInfo(ProducerId ProducerId, PeerId? PeerId, MediaKind Kind, ProducerType Type, bool Paused, JsonText AppData);
