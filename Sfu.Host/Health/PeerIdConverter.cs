using Sfu.Actors.Protocol;

namespace Sfu.Host.Health;

internal sealed class PeerIdConverter() : IdConverter<PeerId>(static id => new PeerId(id));
