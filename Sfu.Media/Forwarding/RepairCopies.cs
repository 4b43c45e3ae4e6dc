using Sfu.Media.Buffers;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Packets that were sent again and are to be sent a few times more, each time <see cref="DistanceUs"/> later: copies that leave together
/// are lost together, in a burst of losses or where a queue has no room at the moment. Where there is room for one, it is the one that left least often;
/// of those that left as often, one that was not yet the first of its time, and else in the reverse order each time. By reference, bounded; it allocates only
/// while it grows. Media thread only.
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

    // The first that leaves at a time is told by it.
    private MediaTime _takenAt = MediaTime.Never;

    /// <summary>When <see cref="TryTake"/> has something.</summary>
    public MediaTime NextTimeout => _entries.Count > 0 ? _entries[0].At : MediaTime.Never;

    /// <summary>Adds a packet, with a reference of its own.</summary>
    /// <param name="packet">That was sent again, and is to be sent as often as it says; if that is 0, never.</param>
    /// <param name="now">Time of the last copy.</param>
    public void Add(in WaitingPacket packet, MediaTime now)
    {
        if (packet.Copies <= 0)
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
        _entries.Insert(place, new Entry(packet, at));
    }

    /// <summary>Takes a packet whose next copy is due, that with most of them left. The caller takes over its reference, and adds it again for the copies that are left.</summary>
    /// <param name="now">Call time.</param>
    /// <param name="packet">Valid when true; says how often it is to be sent after that.</param>
    /// <param name="earlyUs">What is due so much later counts as due.</param>
    public bool TryTake(MediaTime now, out WaitingPacket packet, long earlyUs = 0)
    {
        packet = default;
        if (now.PlusUs(earlyUs) < NextTimeout)
        {
            return false;
        }

        var next = 0;
        for (var i = 1; i < _entries.Count && _entries[i].At <= now.PlusUs(earlyUs); i++)
        {
            next = _entries[i].GoesBefore(_entries[next]) ? i : next;
        }

        packet = _entries[next].Packet;
        packet = packet with { Copies = (byte)(packet.Copies - 1), TimesFirst = (byte)(packet.TimesFirst + (now == _takenAt ? 0 : 1)) };
        _takenAt = now;
        _entries.RemoveAt(next);
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

    private readonly record struct Entry(WaitingPacket Packet, MediaTime At)
    {
        public bool GoesBefore(in Entry other) =>
            Packet.Copies > other.Packet.Copies || (Packet.Copies == other.Packet.Copies && Packet.TimesFirst < other.Packet.TimesFirst);
    }
}
