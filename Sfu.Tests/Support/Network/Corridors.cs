namespace Sfu.Tests.Support.Network;

/// <summary>Paths to measure on.</summary>
internal static class Corridors
{
    /// <summary>10 Mbit/s, from 20 s on 500 kbit/s, from 40 s on 2 Mbit/s; 200 ms round trip, 50 ms jitter, a queue as long as a round trip.</summary>
    public static LinkProfile Narrowing(double loss) => new()
    {
        Rates = [(TimeSpan.Zero, 10_000_000), (TimeSpan.FromSeconds(20), 500_000), (TimeSpan.FromSeconds(40), 2_000_000)],
        OneWay = TimeSpan.FromMilliseconds(198),
        Jitter = TimeSpan.FromMilliseconds(50),
        Loss = loss,
        MaxQueue = TimeSpan.FromMilliseconds(200),
    };

    /// <summary>The same path, of whose changes only the drop comes, at a time of its own.</summary>
    public static LinkProfile DropAlone(double loss, double atSeconds) => Narrowing(loss) with
    {
        Rates = [(TimeSpan.Zero, 10_000_000), (TimeSpan.FromSeconds(atSeconds), 500_000)],
    };

    /// <summary>The same rates and queue on a path that is short and steady: 50 ms round trip, 5 ms jitter.</summary>
    public static LinkProfile NarrowingNearby(double loss) => Narrowing(loss) with
    {
        OneWay = TimeSpan.FromMilliseconds(48),
        Jitter = TimeSpan.FromMilliseconds(5),
    };
}
