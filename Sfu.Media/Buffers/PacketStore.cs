using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sfu.Media.Buffers;

/// <summary>
/// The native memory behind the packet pools of all media threads: slabs of packets, each with a header that says how many threads hold
/// it and whose it is. A packet's place is one number, good on every thread. Grows by slabs, never shrinks.
/// </summary>
/// <remarks>Any thread. Only growing takes a lock, among media threads alone; a steady load never grows.</remarks>
internal sealed unsafe class PacketStore : IDisposable
{
    public const int SlabPackets = 256;

    private const int HeaderBytes = 64;
    private const int StrideBytes = HeaderBytes + PacketPool.PacketBytes;

    /// <summary>4 million packets, 6 GB: far beyond what retransmission stores bound.</summary>
    private const int MaxSlabs = 16_384;

    private readonly Lock _growing = new();
    private readonly nint* _slabs = (nint*)NativeMemory.AllocZeroed(MaxSlabs, (nuint)sizeof(nint));
    private int _count;

    /// <summary>What the threads that hold a packet read and write together.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Header
    {
        /// <summary>Threads that hold the packet.</summary>
        public int Holders;

        public int Length;

        /// <summary>The pool that it goes back to.</summary>
        public int Owner;

        /// <summary>The next one on the way back to the owner.</summary>
        public int Next;
    }

    public int Capacity => Volatile.Read(ref _count) * SlabPackets;

    /// <summary>Adds a slab for the owner. Returns the place of its first packet; −1 when the store is full.</summary>
    public int Grow(int owner)
    {
        lock (_growing)
        {
            if (_count == MaxSlabs)
            {
                return -1;
            }

            var slab = (byte*)NativeMemory.AlignedAlloc(SlabPackets * StrideBytes, HeaderBytes);
            for (var i = 0; i < SlabPackets; i++)
            {
                *(Header*)(slab + (i * StrideBytes)) = new Header { Owner = owner };
            }

            Volatile.Write(ref _slabs[_count], (nint)slab);
            return _count++ * SlabPackets;
        }
    }

    public Header* HeaderOf(int index)
    {
        Debug.Assert((uint)index < (uint)Capacity, "No packet has this place.");
        return (Header*)((byte*)_slabs[index / SlabPackets] + (index % SlabPackets * StrideBytes));
    }

    public byte* BytesOf(int index) => (byte*)HeaderOf(index) + HeaderBytes;

    public void Dispose()
    {
        for (var i = 0; i < _count; i++)
        {
            NativeMemory.AlignedFree((void*)_slabs[i]);
        }

        _count = 0;
        NativeMemory.Free(_slabs);
    }
}
