using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>A Consumer, as Router and branches keep it.</summary>
internal sealed record ConsumerRecord(ConsumerId ConsumerId, TransportId TransportId, ProducerId ProducerId, bool Open)
{
    /// <summary>One that is being added; the media plane has not answered yet.</summary>
    public static ConsumerRecord OfNew(BranchProtocol.AddConsumer add) =>
        new(add.ConsumerId, add.TransportId, add.Producer.ProducerId, Open: false);
}
