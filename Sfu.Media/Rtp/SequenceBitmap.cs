using System.Numerics;

namespace Sfu.Media.Rtp;

/// <summary>
/// One bit for each of the <see cref="Size"/> consecutive unwrapped sequence numbers around a moving point. Bits of numbers that entered
/// the
/// window must be cleared before they are used: <see cref="ClearRange"/>. Takes memory with the first bit that is set, since some users
/// never set one.
/// </summary>
internal struct SequenceBitmap
{
    public const int Size = 2048;

    private const int WordCount = Size / 64;

    private ulong[]? _words;

    public readonly bool this[long sequence] => _words is { } words && (words[WordOf(sequence)] >> (int)(sequence & 63) & 1) != 0;

    public void Set(long sequence)
    {
        _words ??= new ulong[WordCount];
        _words[WordOf(sequence)] |= 1UL << (int)(sequence & 63);
    }

    public readonly void Reset(long sequence)
    {
        if (_words is { } words)
        {
            words[WordOf(sequence)] &= ~(1UL << (int)(sequence & 63));
        }
    }

    public readonly void ClearAll() => _words.AsSpan().Clear();

    /// <summary>Clears the numbers from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    public readonly void ClearRange(long first, long last)
    {
        if (_words is not { } words)
        {
            return;
        }

        if (last - first >= Size - 1)
        {
            ClearAll();
            return;
        }

        while (first <= last)
        {
            var count = (int)Math.Min(64 - (first & 63), last - first + 1);
            words[WordOf(first)] &= ~(Mask(count) << (int)(first & 63));
            first += count;
        }
    }

    /// <summary>How many numbers from <paramref name="first"/> to <paramref name="last"/>, both included, are set. The range is inside
    /// the window.</summary>
    public readonly int Count(long first, long last)
    {
        if (_words is not { } words)
        {
            return 0;
        }

        var total = 0;
        while (first <= last)
        {
            var count = (int)Math.Min(64 - (first & 63), last - first + 1);
            total += BitOperations.PopCount(words[WordOf(first)] >> (int)(first & 63) & Mask(count));
            first += count;
        }

        return total;
    }

    private static int WordOf(long sequence) => (int)((sequence & (Size - 1)) >> 6);

    private static ulong Mask(int count) => ulong.MaxValue >> (64 - count);
}
