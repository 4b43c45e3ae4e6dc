using Sfu.Actors.Protocol;

namespace Sfu.Host.Health;

internal sealed class RouterIdConverter() : IdConverter<RouterId>(static id => new RouterId(id));
