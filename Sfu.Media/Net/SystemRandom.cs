using System.Security.Cryptography;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>The process-wide cryptographic random source. Any thread.</summary>
public sealed class SystemRandom : IRandomSource
{
    public static readonly SystemRandom Instance = new();

    private SystemRandom()
    {
    }

    public void Fill(Span<byte> destination) => RandomNumberGenerator.Fill(destination);
}
