using Sfu.Media.Wire;

namespace Sfu.Media.Ortc;

/// <summary>SSRCs that the Router chooses: nine digits, so that the streams counted up from one stay in range and stand out in traces.</summary>
internal static class RandomSsrc
{
    public static uint Next(IRandomSource random) => 100_000_000 + (random.NextUInt32() % 900_000_000);
}
