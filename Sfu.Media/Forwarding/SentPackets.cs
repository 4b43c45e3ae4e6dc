using System.Runtime.InteropServices;
using Sfu.Media.Buffers;
using Sfu.Media.Codecs;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>What it takes to send a packet again.</summary>
/// <param name="Index">Of the original in the pool.</param>
/// <param name="Numbers">That it left under.</param>
/// <param name="Shift">Of the numbers in its payload or dependency descriptor.</param>
internal readonly record struct SentPacket(int Index, PacketNumbers Numbers, DescriptorShift Shift);

/// <summary>
/// Under which numbers one consumer has sent which packets, by sequence number. It holds no references: the originals stay as long as the
/// consumer's group keeps them (<see cref="KeptPackets"/>), and a place that has been filled anew is told by its generation. So to remember a packet is
/// to write 28 bytes, and nothing has to be taken back. The ring begins with the first packet and doubles while it would forget what is young
/// enough; then it allocates nothing. Media thread only.
/// </summary>
/// <remarks>Times are kept to a millisecond. The pool is the engine's that the consumer lives on at the time of the call.</remarks>
/// <param name="maxAgeUs">What left longer ago is not sent again.</param>
/// <param name="capacity">Numbers that are remembered at most, a power of two.</param>
internal sealed class SentPackets(long maxAgeUs, int capacity)
{
    private const int InitialSlots = 128;

    // Slots fill in the order of the numbers: those that the next packets fill, eight to a burst.
    private const int PrefetchedLines = 2;

    // Times are kept in units of 1,024 µs modulo 67 s. What is older is told by its place in the pool.
    private const int TimeShift = 10;

    private Slot[] _slots = [];
    private ushort _newest;

    /// <summary>A packet has left.</summary>
    public void Add(in SentPacket packet, PacketPool pool, MediaTime now)
    {
        var sequence = packet.Numbers.Sequence;
        if (_slots.Length == 0)
        {
            _slots = new Slot[InitialSlots];
            _newest = sequence;
        }

        ref var slot = ref SlotOf(sequence);
        while (slot.IsUsed && slot.Sequence != sequence && _slots.Length < capacity && UsSince(slot.SentAt, now) <= maxAgeUs)
        {
            Grow();
            slot = ref SlotOf(sequence);
        }

        slot = new Slot(packet, pool.GenerationOf(packet.Index), now);
        if (Serial.IsNewer(sequence, _newest))
        {
            _newest = sequence;
        }
    }

    /// <summary>Looks up a packet that the client lacks.</summary>
    /// <param name="sequence">From its NACK.</param>
    /// <param name="pool">Where the originals are.</param>
    /// <param name="now">Call time; the packet counts as sent again at it.</param>
    /// <param name="minIntervalUs">A packet sent again less than this ago is not sent once more: the round-trip time.</param>
    /// <param name="packet">Valid when found.</param>
    public RetransmissionLookup TryGet(ushort sequence, PacketPool pool, MediaTime now, long minIntervalUs, out SentPacket packet)
    {
        packet = default;
        if (!Has(sequence, pool, now))
        {
            return RetransmissionLookup.NotStored;
        }

        ref var slot = ref SlotOf(sequence);
        if (slot.ResentAt != 0 && UsSince(slot.ResentAt, now) < minIntervalUs)
        {
            return RetransmissionLookup.TooSoon;
        }

        slot.ResentAt = TimeOf(now);
        packet = slot.Packet;
        return RetransmissionLookup.Found;
    }

    /// <summary>Whether a packet was sent again less than so long ago.</summary>
    public bool WasSentAgain(ushort sequence, MediaTime now, long withinUs)
    {
        if (_slots.Length == 0)
        {
            return false;
        }

        ref var slot = ref SlotOf(sequence);
        return slot.IsUsed && slot.Sequence == sequence && slot.ResentAt != 0 && UsSince(slot.ResentAt, now) < withinUs;
    }

    /// <summary>One of the newest packets. It does not count as sent again.</summary>
    /// <param name="before">So many numbers before the newest one, which it is where there is none.</param>
    /// <param name="pool">Where the originals are.</param>
    /// <param name="now">Call time.</param>
    /// <param name="packet">Valid when true.</param>
    public bool TryGetNewest(int before, PacketPool pool, MediaTime now, out SentPacket packet)
    {
        var sequence = (ushort)(_newest - before);
        if (!Has(sequence, pool, now))
        {
            sequence = _newest;
        }

        var has = Has(sequence, pool, now);
        packet = has ? SlotOf(sequence).Packet : default;
        return has;
    }

    /// <summary>Gives memory back of a stream that stopped.</summary>
    public void OnTime(PacketPool pool, MediaTime now)
    {
        if (_slots.Length > InitialSlots && !Has(_newest, pool, now))
        {
            _slots = [];
        }
    }

    /// <summary>Nothing of it is sent again.</summary>
    public void Clear() => _slots = [];

    /// <summary>Asks the processor for the slots that the next packets fill.</summary>
    public void Prefetch()
    {
        if (_slots.Length > 0)
        {
            CacheHint.Line(ref SlotOf((ushort)(_newest + 1)), PrefetchedLines);
        }
    }

    private static ushort TimeOf(MediaTime time)
    {
        var units = (ushort)(time.Us >> TimeShift);
        return units == 0 ? (ushort)1 : units;
    }

    private static long UsSince(ushort then, MediaTime now) => (long)(ushort)(TimeOf(now) - then) << TimeShift;

    private bool Has(ushort sequence, PacketPool pool, MediaTime now)
    {
        if (_slots.Length == 0)
        {
            return false;
        }

        ref var slot = ref SlotOf(sequence);
        return slot.IsUsed && slot.Sequence == sequence && UsSince(slot.SentAt, now) <= maxAgeUs && pool.Holds(slot.Index, slot.Generation);
    }

    private ref Slot SlotOf(ushort sequence) => ref _slots[sequence & (_slots.Length - 1)];

    private void Grow()
    {
        var old = _slots;
        _slots = new Slot[old.Length * 2];
        foreach (ref var slot in old.AsSpan())
        {
            if (slot.IsUsed)
            {
                SlotOf(slot.Sequence) = slot;
            }
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Slot
    {
        private const int TypePosition = 24;
        private const uint AbsSendTimeMask = 0xFF_FFFF;

        public readonly int Index;
        public readonly uint Generation;
        private readonly uint _timestamp;
        private readonly uint _typeAndAbsSendTime;
        private readonly uint _shift;
        private readonly ushort _transportSequence;
        public readonly ushort Sequence;
        public readonly ushort SentAt;
        public ushort ResentAt;

        public Slot(in SentPacket packet, uint generation, MediaTime now)
        {
            Index = packet.Index;
            Generation = generation;
            _timestamp = packet.Numbers.Timestamp;
            _typeAndAbsSendTime = ((uint)packet.Numbers.MarkerAndType << TypePosition) | (packet.Numbers.AbsSendTime & AbsSendTimeMask);
            _shift = packet.Shift.Packed;
            _transportSequence = packet.Numbers.TransportSequence;
            Sequence = packet.Numbers.Sequence;
            SentAt = TimeOf(now);
        }

        public readonly bool IsUsed => SentAt != 0;

        public readonly SentPacket Packet => new(
            Index,
            new PacketNumbers(
                (byte)(_typeAndAbsSendTime >> TypePosition), Sequence, _timestamp, _transportSequence, _typeAndAbsSendTime & AbsSendTimeMask),
            new DescriptorShift(_shift));
    }
}
