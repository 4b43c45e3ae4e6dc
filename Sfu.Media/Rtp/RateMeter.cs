using Sfu.Media.Wire;

namespace Sfu.Media.Rtp;

/// <summary>Bitrate over a sliding window of one second, in slots of 25 ms. Media thread only.</summary>
public sealed class RateMeter
{
    private const int SlotCount = 40;
    private const long SlotUs = 25_000;

    // Made by the first packet: most of what could carry media does not, at any one time.
    private int[] _slots = [];

    private long _slot = long.MinValue;
    private long _firstSlot;
    private long _bytesInWindow;

    /// <summary>Times before the newest one count at the newest.</summary>
    public void Add(int bytes, MediaTime now)
    {
        if (_slots.Length == 0)
        {
            _slots = new int[SlotCount];
        }

        Advance(now);
        _slots[_slot % SlotCount] += bytes;
        _bytesInWindow += bytes;
    }

    /// <returns>Bits per second; over the time since the first packet while that is shorter than the window.</returns>
    public long BitsPerSecond(MediaTime now)
    {
        if (_slot == long.MinValue)
        {
            return 0;
        }

        Advance(now);
        var slots = Math.Clamp(_slot - _firstSlot + 1, 1, SlotCount);
        return _bytesInWindow * 8 * 1_000_000 / (slots * SlotUs);
    }

    private void Advance(MediaTime now)
    {
        var slot = Math.Max(now.Us, 0) / SlotUs;
        if (_slot == long.MinValue)
        {
            _slot = slot;
            _firstSlot = slot;
            return;
        }

        if (slot - _slot >= SlotCount)
        {
            Array.Clear(_slots);
            _bytesInWindow = 0;
            _slot = slot;
            return;
        }

        while (_slot < slot)
        {
            _slot++;
            ref var oldest = ref _slots[_slot % SlotCount];
            _bytesInWindow -= oldest;
            oldest = 0;
        }
    }
}
