using Sfu.Media.Wire;

namespace Sfu.Media.Rtp;

/// <summary>Bitrate over a sliding window of one second, in slots of 25 ms. Media thread only.</summary>
public sealed class RateMeter
{
    private const int SlotCount = 40;
    private const long SlotUs = 25_000;

    // Slots that are over. Made by the first packet: most of what could carry media does not, at any one time.
    private int[] _slots = [];

    // When the newest slot is over. Most packets touch nothing but it and the sums.
    private long _endUs = long.MinValue;
    private long _firstSlot;
    private long _bytesInWindow;
    private int _bytesInSlot;

    /// <summary>Times before the newest one count at the newest.</summary>
    public void Add(int bytes, MediaTime now)
    {
        if (now.Us >= _endUs)
        {
            Advance(now);
        }

        _bytesInSlot += bytes;
        _bytesInWindow += bytes;
    }

    /// <returns>Bits per second; over the time since the first packet while that is shorter than the window.</returns>
    public long BitsPerSecond(MediaTime now)
    {
        if (_endUs == long.MinValue)
        {
            return 0;
        }

        if (now.Us >= _endUs)
        {
            Advance(now);
        }

        var slots = Math.Clamp((_endUs / SlotUs) - _firstSlot, 1, SlotCount);
        return _bytesInWindow * 8 * 1_000_000 / (slots * SlotUs);
    }

    private void Advance(MediaTime now)
    {
        var slot = Math.Max(now.Us, 0) / SlotUs;
        if (_endUs == long.MinValue)
        {
            _slots = new int[SlotCount];
            _firstSlot = slot;
        }
        else
        {
            Close((_endUs / SlotUs) - 1, slot);
        }

        _bytesInSlot = 0;
        _endUs = (slot + 1) * SlotUs;
    }

    /// <summary>The newest slot is over, and those between it and the next one have nothing.</summary>
    private void Close(long newest, long next)
    {
        if (next - newest >= SlotCount)
        {
            Array.Clear(_slots);
            _bytesInWindow = 0;
            return;
        }

        _slots[newest % SlotCount] = _bytesInSlot;
        while (newest < next)
        {
            newest++;
            ref var oldest = ref _slots[newest % SlotCount];
            _bytesInWindow -= oldest;
            oldest = 0;
        }
    }
}
