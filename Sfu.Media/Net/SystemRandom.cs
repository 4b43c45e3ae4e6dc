using System.Security.Cryptography;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>
/// The process-wide cryptographic random source. Any thread. A transport draws a few bytes many times, and each call of the system's
/// generator costs as much as hundreds of bytes: each thread keeps some in store, and no byte longer than until it is given out.
/// </summary>
public sealed class SystemRandom : IRandomSource
{
    public static readonly SystemRandom Instance = new();

    private const int StoreBytes = 1024;

    [ThreadStatic]
    private static byte[]? _store;

    [ThreadStatic]
    private static int _left;

    private SystemRandom()
    {
    }

    public void Fill(Span<byte> destination)
    {
        if (destination.Length > StoreBytes / 4)
        {
            RandomNumberGenerator.Fill(destination);
            return;
        }

        var store = _store ??= new byte[StoreBytes];
        if (_left < destination.Length)
        {
            RandomNumberGenerator.Fill(store);
            _left = StoreBytes;
        }

        var taken = store.AsSpan(_left - destination.Length, destination.Length);
        taken.CopyTo(destination);
        taken.Clear();
        _left -= destination.Length;
    }
}
