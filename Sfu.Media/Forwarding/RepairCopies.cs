using Sfu.Media.Buffers;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Packets that were sent again and are to be sent a few times more, each time <see cref="DistanceUs"/> later: copies that leave together
/// are lost together, in a burst of losses or where a queue has no room at the moment. Where there is room for one, it is the one that left least often;
/// those that left as often do so in the reverse order each time. By reference, bounded; it allocates only while it grows. Media thread only.
/// </summary>
internal sealed class RepairCopies(PacketPool pool)
{
    /// <summary>Between two copies: about the time from frame to frame, so that each leaves before another frame.</summary>
    public const long DistanceUs = 40_000;

    /// <summary>
    /// So much earlier a copy leaves when a frame is about to: just before that burst a queue has room, if it ever has. What left a moment ago
    /// would only take that room twice.
    /// </summary>
    public const long BeforeFrameUs = 30_000;

    /// <summary>Of more than these the oldest are given up: they were sent once at least.</summary>
    public const int MaxPackets = 256;

    // In the order in which they are due.
    private readonly List<Entry> _entries = [];

    /// <summary>When <see cref="TryTake"/> has something.</summary>
    public MediaTime NextTimeout => _entries.Count > 0 ? _entries[0].At : MediaTime.Never;

    /// <summary>Adds a packet, with a reference of its own.</summary>
    /// <param name="packet">That was sent again.</param>
    /// <param name="copies">How often it is to be sent yet; 0 or less: never.</param>
    /// <param name="now">Time of the last copy.</param>
    public void Add(in WaitingPacket packet, int copies, MediaTime now)
    {
        if (copies <= 0)
        {
            return;
        }

        if (_entries.Count == MaxPackets)
        {
            pool.Release(_entries[0].Packet.Index);
            _entries.RemoveAt(0);
        }

        var at = now.PlusUs(DistanceUs);
        var place = _entries.Count;
        while (place > 0 && _entries[place - 1].At >= at)
        {
            place--;
        }

        pool.AddReference(packet.Index);
        _entries.Insert(place, new Entry(packet, at, copies));
    }

    /// <summary>Takes a packet whose next copy is due, that with most of them left. The caller takes over its reference, and adds it again for the copies that are left.</summary>
    /// <param name="now">Call time.</param>
    /// <param name="packet">Valid when true.</param>
    /// <param name="left">How often it is to be sent after that.</param>
    /// <param name="earlyUs">What is due so much later counts as due.</param>
    public bool TryTake(MediaTime now, out WaitingPacket packet, out int left, long earlyUs = 0)
    {
        packet = default;
        left = 0;
        if (now.PlusUs(earlyUs) < NextTimeout)
        {
            return false;
        }

        var next = 0;
        for (var i = 1; i < _entries.Count && _entries[i].At <= now.PlusUs(earlyUs); i++)
        {
            next = _entries[i].Copies > _entries[next].Copies ? i : next;
        }

        (packet, _, var copies) = _entries[next];
        _entries.RemoveAt(next);
        left = copies - 1;
        return true;
    }

    /// <summary>Forgets what a stream has in it.</summary>
    public void Discard(IPacedStream stream)
    {
        var kept = 0;
        for (var i = 0; i < _entries.Count; i++)
        {
            if (_entries[i].Packet.Stream == stream)
            {
                pool.Release(_entries[i].Packet.Index);
            }
            else
            {
                _entries[kept++] = _entries[i];
            }
        }

        _entries.RemoveRange(kept, _entries.Count - kept);
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        foreach (var entry in _entries)
        {
            pool.Release(entry.Packet.Index);
        }

        _entries.Clear();
    }

    private readonly record struct Entry(WaitingPacket Packet, MediaTime At, int Copies);
}
