using Sfu.Media.Buffers;
using Sfu.Media.Bwe;

namespace Sfu.Media.Forwarding;

/// <summary>
/// Packets of one transport that wait for their turn, by reference: repetitions that somebody waits for first, then new media, each in the order in which it came.
/// It allocates only while it grows. Media thread only.
/// </summary>
/// <remarks>
/// Bounded by <see cref="MaxPackets"/> and <see cref="MaxBytes"/> in such a way that nothing is lost: the caller lets the first ones leave
/// while <see cref="IsOver"/>. The rate at which it has to drain never lets a packet wait longer than <see cref="MaxWaitUs"/>: it only rises
/// until the queue is empty.
/// </remarks>
internal sealed class PacingQueue(PacketPool pool)
{
    public const int MaxPackets = 1024;
    public const int MaxBytes = 1 << 20;
    public const long MaxWaitUs = 1_000_000;

    // What left before may have made a debt that has to be paid first.
    private const long DrainUs = MaxWaitUs - PacingBudget.MaxDebtUs;

    private readonly Queue<WaitingPacket> _repairs = new();
    private readonly Queue<WaitingPacket> _media = new();

    public int Count => _repairs.Count + _media.Count;

    public int RepairCount => _repairs.Count;

    /// <summary>Of the originals.</summary>
    public long Bytes { get; private set; }

    /// <summary>More waits than may.</summary>
    public bool IsOver => Count > MaxPackets || Bytes > MaxBytes;

    /// <summary>The least rate, in bit/s, at which nothing waits too long.</summary>
    public long DrainRate { get; private set; }

    /// <summary>Adds a packet, with a reference of the queue's own.</summary>
    public void Add(in WaitingPacket packet)
    {
        pool.AddReference(packet.Index);
        (packet is { IsRepair: true, IsUnasked: false } ? _repairs : _media).Enqueue(packet);
        Bytes += pool.Packet(packet.Index).Length;
        DrainRate = Math.Max(DrainRate, Bytes * 8 * 1_000_000 / DrainUs);
    }

    /// <summary>The next in turn, whose reference the caller takes over.</summary>
    public bool TryTake(out WaitingPacket packet)
    {
        if (!_repairs.TryDequeue(out packet) && !_media.TryDequeue(out packet))
        {
            return false;
        }

        CountOut(packet);
        return true;
    }

    /// <summary>Forgets what a stream has in it.</summary>
    /// <returns>Packets forgotten.</returns>
    public int Discard(IPacedStream stream) => Discard(_repairs, stream) + Discard(_media, stream);

    /// <summary>Forgets all.</summary>
    /// <returns>Packets forgotten.</returns>
    public int Clear()
    {
        var count = 0;
        while (TryTake(out var packet))
        {
            pool.Release(packet.Index);
            count++;
        }

        return count;
    }

    private int Discard(Queue<WaitingPacket> queue, IPacedStream stream)
    {
        var before = queue.Count;
        for (var i = 0; i < before; i++)
        {
            var packet = queue.Dequeue();
            if (packet.Stream != stream)
            {
                queue.Enqueue(packet);
                continue;
            }

            CountOut(packet);
            pool.Release(packet.Index);
        }

        return before - queue.Count;
    }

    /// <summary>The packet is out, and its reference still held.</summary>
    private void CountOut(in WaitingPacket packet)
    {
        Bytes -= pool.Packet(packet.Index).Length;
        if (Bytes == 0)
        {
            DrainRate = 0;
        }
    }
}
