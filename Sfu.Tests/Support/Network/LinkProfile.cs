namespace Sfu.Tests.Support.Network;

/// <summary>How a <see cref="SimulatedLink{T}"/> behaves.</summary>
internal sealed record LinkProfile
{
    /// <summary>What the bottleneck carries from a time on, in order; the first begins at 0.</summary>
    public required (TimeSpan From, long BitsPerSecond)[] Rates { get; init; }

    /// <summary>From the bottleneck to the far end.</summary>
    public TimeSpan OneWay { get; init; } = TimeSpan.FromMilliseconds(25);

    /// <summary>Added to each packet, evenly distributed from nothing to this; packets stay in order.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Share of packets that are lost behind the bottleneck, each by itself.</summary>
    public double Loss { get; init; }

    /// <summary>Chance of a packet to begin a burst of losses.</summary>
    public double BurstChance { get; init; }

    /// <summary>Packets lost in one.</summary>
    public int BurstLength { get; init; }

    /// <summary>A packet that would wait longer at the bottleneck is dropped.</summary>
    public TimeSpan MaxQueue { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The same link, which loses as many packets, but some at a time.</summary>
    /// <param name="length">Packets in a row.</param>
    public LinkProfile InBursts(int length) => this with { Loss = 0, BurstChance = Loss / (length - (Loss * (length - 1))), BurstLength = length };

    public long RateAt(long us)
    {
        var rate = Rates[0].BitsPerSecond;
        foreach (var (from, bitsPerSecond) in Rates)
        {
            if (from.TotalMicroseconds <= us)
            {
                rate = bitsPerSecond;
            }
        }

        return rate;
    }

    public long NextChangeAfter(long us)
    {
        foreach (var (from, _) in Rates)
        {
            if (from.TotalMicroseconds > us)
            {
                return (long)from.TotalMicroseconds;
            }
        }

        return long.MaxValue;
    }
}
