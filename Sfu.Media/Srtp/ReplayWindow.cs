using System.Diagnostics;
using System.Numerics;

namespace Sfu.Media.Srtp;

/// <summary>
/// Which of the latest indexes were seen (RFC 3711 §3.3.2): a ring of bits that ends at the highest one. Asking and marking are two
/// calls, because a packet counts only once it is authenticated. One thread at a time; allocates only when made.
/// </summary>
internal sealed class ReplayWindow
{
    private readonly ulong[] _bits;
    private readonly int _size;
    private long _highest = PacketIndex.None;

    /// <param name="size">Indexes to remember: a power of two, at least 64.</param>
    public ReplayWindow(int size)
    {
        Debug.Assert(size >= 64 && BitOperations.IsPow2(size), "The ring is addressed by masking.");
        _size = size;
        _bits = new ulong[size / 64];
    }

    /// <summary>The highest index seen, or <see cref="PacketIndex.None"/>.</summary>
    public long Highest => _highest;

    /// <summary>Begins anew behind <paramref name="highest"/>: everything up to it counts as seen.</summary>
    public void Resume(long highest)
    {
        _highest = highest;
        Array.Fill(_bits, highest >= 0 ? ulong.MaxValue : 0UL);
    }

    public ReplayVerdict Classify(long index)
    {
        if (index > _highest)
        {
            return ReplayVerdict.Fresh;
        }

        if (index < 0 || _highest - index >= _size)
        {
            return ReplayVerdict.TooOld;
        }

        var position = (int)(index & (_size - 1));
        return (_bits[position >> 6] & (1UL << position)) != 0 ? ReplayVerdict.Seen : ReplayVerdict.Fresh;
    }

    /// <summary>Marks an index that was classified as fresh, and moves the window up to it when it is the highest.</summary>
    public void Mark(long index)
    {
        Debug.Assert(Classify(index) == ReplayVerdict.Fresh, "Only fresh indexes are marked.");
        if (index > _highest)
        {
            Advance(index);
        }

        var position = (int)(index & (_size - 1));
        _bits[position >> 6] |= 1UL << position;
    }

    private void Advance(long index)
    {
        if (index - _highest >= _size)
        {
            Array.Clear(_bits);
        }
        else
        {
            for (var skipped = _highest + 1; skipped < index; skipped++)
            {
                Forget(skipped);
            }
        }

        _highest = index;
    }

    private void Forget(long index)
    {
        var position = (int)(index & (_size - 1));
        _bits[position >> 6] &= ~(1UL << position);
    }
}
