namespace Sfu.Media.Forwarding;

/// <summary>
/// Which decode targets of a producer one consumer needs, and what its group has been told of that, where a pipe carries only what is needed.
/// A part of its consumer, without an object of its own. Media thread only.
/// </summary>
internal struct ConsumerDemand(MediaProducer producer)
{
    private ushort _told;

    /// <summary>Whether anybody wants to know.</summary>
    public readonly bool Counts => producer.Demand is not null;

    /// <param name="targets">What the consumer needs; 0: nothing for now.</param>
    /// <param name="group">That it is in; null: none.</param>
    public void Need(int targets, ConsumerGroup? group)
    {
        if (targets != _told)
        {
            group?.NoteDemand(_told, targets);
            _told = (ushort)targets;
        }
    }
}
