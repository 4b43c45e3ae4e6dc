using Sfu.Media.Wire;

namespace Sfu.Tests.Support;

/// <summary>A random source that repeats itself for the same seed.</summary>
public sealed class SeededRandom(int seed) : IRandomSource
{
    private readonly Random _random = new(seed);

    public void Fill(Span<byte> destination) => _random.NextBytes(destination);

    public int Next(int exclusiveMax) => _random.Next(exclusiveMax);

    public double NextDouble() => _random.NextDouble();
}
