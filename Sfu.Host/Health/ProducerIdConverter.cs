using Sfu.Actors.Protocol;

namespace Sfu.Host.Health;

internal sealed class ProducerIdConverter() : IdConverter<ProducerId>(static id => new ProducerId(id));
