using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sfu.Media.Buffers;

/// <summary>
/// Reference-counted packets in native memory, for what must outlive the batch in which it arrived: retransmission stores share
/// one copy of a packet between all consumers. Grows by slabs and never shrinks; a steady load allocates nothing. Media thread only.
/// </summary>
public sealed unsafe class PacketPool : IDisposable
{
    /// <summary>Longest packet that fits, in bytes: an Ethernet frame's worth and what a repair may add.</summary>
    public const int PacketBytes = 1536;

    private const int SlabPackets = 256;

    private readonly List<nint> _slabs = [];
    private readonly Stack<int> _free = new();
    private Entry[] _entries = [];

    private struct Entry
    {
        public int References;
        public int Length;
    }

    /// <summary>Packets that somebody holds.</summary>
    public int InUse { get; private set; }

    /// <summary>Copies a packet in. The caller holds the one reference. Returns −1 when it is too long.</summary>
    public int Rent(ReadOnlySpan<byte> packet)
    {
        if (packet.Length > PacketBytes)
        {
            return -1;
        }

        if (_free.Count == 0)
        {
            Grow();
        }

        var index = _free.Pop();
        ref var entry = ref _entries[index];
        Debug.Assert(entry.References == 0, "A free packet has references.");
        entry.References = 1;
        entry.Length = packet.Length;
        packet.CopyTo(new Span<byte>(Address(index), PacketBytes));
        InUse++;
        return index;
    }

    public void AddReference(int index)
    {
        Debug.Assert(_entries[index].References > 0, "A packet is referenced after its last holder released it.");
        _entries[index].References++;
    }

    public void Release(int index)
    {
        ref var entry = ref _entries[index];
        Debug.Assert(entry.References > 0, "A packet is released twice.");
        if (--entry.References == 0)
        {
            InUse--;
            _free.Push(index);
        }
    }

    public ReadOnlySpan<byte> Packet(int index)
    {
        Debug.Assert(_entries[index].References > 0, "A packet is read after its last holder released it.");
        return new ReadOnlySpan<byte>(Address(index), _entries[index].Length);
    }

    public void Dispose()
    {
        foreach (var slab in _slabs)
        {
            NativeMemory.AlignedFree((void*)slab);
        }

        _slabs.Clear();
        _free.Clear();
        _entries = [];
    }

    private byte* Address(int index) => (byte*)_slabs[index / SlabPackets] + (index % SlabPackets * PacketBytes);

    private void Grow()
    {
        var first = _slabs.Count * SlabPackets;
        _slabs.Add((nint)NativeMemory.AlignedAlloc(SlabPackets * PacketBytes, 64));
        Array.Resize(ref _entries, first + SlabPackets);
        for (var i = first + SlabPackets - 1; i >= first; i--)
        {
            _free.Push(i);
        }
    }
}
