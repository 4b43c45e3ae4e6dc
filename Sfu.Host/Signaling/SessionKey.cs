using Sfu.Actors.Protocol;

namespace Sfu.Host.Signaling;

/// <summary>Names a signalling session: one participant of one room.</summary>
internal readonly record struct SessionKey(RouterId RouterId, PeerId PeerId);
