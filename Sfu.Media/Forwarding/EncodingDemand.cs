namespace Sfu.Media.Forwarding;

/// <summary>
/// Which of a producer's encodings one consumer needs, and what its group has been told of that, where a pipe carries only what is needed.
/// A part of its consumer, without an object of its own. Media thread only.
/// </summary>
internal struct EncodingDemand(MediaProducer producer)
{
    private int _told;

    /// <summary>The encoding that carries a spatial layer.</summary>
    public readonly int EncodingOf(int spatial) => producer.IsSimulcast ? Math.Clamp(spatial, 0, producer.Encodings.Length - 1) : 0;

    /// <summary>Whether anybody wants to know.</summary>
    public readonly bool Counts => producer.Demand is not null;

    /// <summary>The consumer needs two spatial layers, the one that it is to get and the one that it is on; −1 for none.</summary>
    public void Need(int wanted, int present, ConsumerGroup? group) => Tell(Bit(wanted) | Bit(present), group);

    /// <summary>It needs the producer's only encoding.</summary>
    public void NeedAll(ConsumerGroup? group) => Tell(1, group);

    /// <summary>It needs nothing for now.</summary>
    public void NeedNothing(ConsumerGroup? group) => Tell(0, group);

    private readonly int Bit(int spatial) => spatial < 0 ? 0 : 1 << EncodingOf(spatial);

    private void Tell(int encodings, ConsumerGroup? group)
    {
        if (encodings != _told)
        {
            group?.NoteDemand(_told, encodings);
            _told = encodings;
        }
    }
}
