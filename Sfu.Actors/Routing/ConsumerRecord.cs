using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>A Consumer, as Router and branches keep it.</summary>
internal sealed record ConsumerRecord(ConsumerId ConsumerId, TransportId TransportId, ProducerId ProducerId, bool Open);
