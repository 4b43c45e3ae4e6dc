using Sfu.Media.Buffers;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Packets that were sent again and are to be sent once or twice more, each time <see cref="DistanceUs"/> later: copies that leave together
/// are lost together, in a burst of losses or where a queue has no room at the moment. By reference, bounded; it allocates only while it grows. Media
/// thread only.
/// </summary>
internal sealed class RepairCopies(PacketPool pool)
{
    /// <summary>Between two copies: about half of the time from frame to frame, so that one of two misses the burst that a frame is.</summary>
    public const long DistanceUs = 20_000;

    /// <summary>Of more than these the oldest are given up: they were sent once at least.</summary>
    public const int MaxPackets = 256;

    private readonly Queue<Entry> _entries = new();

    /// <summary>When <see cref="TryTake"/> has something.</summary>
    public MediaTime NextTimeout => _entries.TryPeek(out var first) ? first.At : MediaTime.Never;

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
            pool.Release(_entries.Dequeue().Packet.Index);
        }

        pool.AddReference(packet.Index);
        _entries.Enqueue(new Entry(packet, now.PlusUs(DistanceUs), copies));
    }

    /// <summary>Takes a packet whose next copy is due. The caller takes over its reference, and adds it again for the copies that are left.</summary>
    public bool TryTake(MediaTime now, out WaitingPacket packet, out int left)
    {
        packet = default;
        left = 0;
        if (now < NextTimeout)
        {
            return false;
        }

        (packet, _, var copies) = _entries.Dequeue();
        left = copies - 1;
        return true;
    }

    /// <summary>Forgets what a stream has in it.</summary>
    public void Discard(IPacedStream stream)
    {
        for (var count = _entries.Count; count > 0; count--)
        {
            var entry = _entries.Dequeue();
            if (entry.Packet.Stream == stream)
            {
                pool.Release(entry.Packet.Index);
            }
            else
            {
                _entries.Enqueue(entry);
            }
        }
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        while (_entries.TryDequeue(out var entry))
        {
            pool.Release(entry.Packet.Index);
        }
    }

    private readonly record struct Entry(WaitingPacket Packet, MediaTime At, int Copies);
}
