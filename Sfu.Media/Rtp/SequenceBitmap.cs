using System.Numerics;
using System.Runtime.CompilerServices;

namespace Sfu.Media.Rtp;

/// <summary>
/// One bit for each of the <see cref="Size"/> consecutive unwrapped sequence numbers around a moving point. Bits of numbers that entered
/// the
/// window must be cleared before they are used: <see cref="ClearRange"/>.
/// </summary>
internal struct SequenceBitmap
{
    public const int Size = 2048;

    private const int WordCount = Size / 64;

    private Words _words;

    public readonly bool this[long sequence] => (_words[WordOf(sequence)] >> (int)(sequence & 63) & 1) != 0;

    public void Set(long sequence) => _words[WordOf(sequence)] |= 1UL << (int)(sequence & 63);

    public void Reset(long sequence) => _words[WordOf(sequence)] &= ~(1UL << (int)(sequence & 63));

    public void ClearAll() => ((Span<ulong>)_words).Clear();

    /// <summary>Clears the numbers from <paramref name="first"/> to <paramref name="last"/>, both included.</summary>
    public void ClearRange(long first, long last)
    {
        if (last - first >= Size - 1)
        {
            ClearAll();
            return;
        }

        while (first <= last)
        {
            var count = (int)Math.Min(64 - (first & 63), last - first + 1);
            _words[WordOf(first)] &= ~(Mask(count) << (int)(first & 63));
            first += count;
        }
    }

    /// <summary>How many numbers from <paramref name="first"/> to <paramref name="last"/>, both included, are set. The range is inside
    /// the window.</summary>
    public readonly int Count(long first, long last)
    {
        var total = 0;
        while (first <= last)
        {
            var count = (int)Math.Min(64 - (first & 63), last - first + 1);
            total += BitOperations.PopCount(_words[WordOf(first)] >> (int)(first & 63) & Mask(count));
            first += count;
        }

        return total;
    }

    private static int WordOf(long sequence) => (int)((sequence & (Size - 1)) >> 6);

    private static ulong Mask(int count) => ulong.MaxValue >> (64 - count);

    [InlineArray(WordCount)]
    private struct Words
    {
        private ulong _first;
    }
}
