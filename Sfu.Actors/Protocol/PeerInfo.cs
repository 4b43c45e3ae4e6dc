namespace Sfu.Actors.Protocol;

/// <summary>A peer as the other peers see it.</summary>
public sealed record PeerInfo(PeerId PeerId, string DisplayName, JsonText Device, JsonText AppData);
