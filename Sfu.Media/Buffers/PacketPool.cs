using System.Diagnostics;

namespace Sfu.Media.Buffers;

/// <summary>
/// One media thread's way to the packets in a <see cref="PacketStore"/>: for what must outlive the batch in which it arrived, the
/// retransmission stores and what goes to other threads, so that all consumers on all threads share one copy. A steady load allocates
/// nothing. Media thread only, but for what says otherwise.
/// </summary>
/// <remarks>
/// References are counted twice: each thread counts its own without synchronization, and the packet's header counts the threads. The
/// last thread to let go gives the packet back to the pool that it came from, by a lock-free stack if that is another thread's.
/// </remarks>
internal sealed unsafe class PacketPool : IDisposable
{
    /// <summary>Longest packet that fits, in bytes: an Ethernet frame's worth and what a repair may add.</summary>
    public const int PacketBytes = 1536;

    private readonly PacketPools _pools;
    private readonly PacketStore _store;
    private readonly int _owner;
    private readonly Stack<int> _free = new();
    private Holding[] _holdings = [];
    private int _returned = -1;

    /// <summary>A pool that shares with nobody.</summary>
    public PacketPool()
        : this(new PacketPools(1), 0)
    {
    }

    internal PacketPool(PacketPools pools, int owner)
    {
        _pools = pools;
        _store = pools.Store;
        _owner = owner;
        pools.Register(this, owner);
    }

    /// <summary>Packets that somebody on this thread holds.</summary>
    public int InUse { get; private set; }

    /// <summary>Copies a packet in. The caller holds the one reference. Returns −1 when it is too long or nothing is left.</summary>
    public int Rent(ReadOnlySpan<byte> packet)
    {
        if (packet.Length > PacketBytes || (_free.Count == 0 && !TryRefill()))
        {
            return -1;
        }

        var index = _free.Pop();
        var header = _store.HeaderOf(index);
        Debug.Assert(header->Holders == 0, "A free packet has holders.");
        header->Holders = 1;
        header->Length = packet.Length;
        packet.CopyTo(new Span<byte>(_store.BytesOf(index), PacketBytes));
        AddFirstReference(index);
        return index;
    }

    public void AddReference(int index)
    {
        Debug.Assert(_holdings[index].References > 0, "A packet is referenced after its last holder released it.");
        _holdings[index].References++;
    }

    public void Release(int index)
    {
        Debug.Assert(_holdings[index].References > 0, "A packet is released twice.");
        if (--_holdings[index].References == 0)
        {
            InUse--;
            LetGo(index);
        }
    }

    public ReadOnlySpan<byte> Packet(int index) => Bytes(index);

    /// <summary>
    /// Changes each time that this thread comes to hold another packet at this place: who notes it can tell later, without holding the packet,
    /// whether it is still there.
    /// </summary>
    public uint GenerationOf(int index) => _holdings[index].Generation;

    /// <summary>Whether somebody on this thread still holds the packet that was at this place in this generation.</summary>
    public bool Holds(int index, uint generation) =>
        index < _holdings.Length && _holdings[index] is { References: > 0 } holding && holding.Generation == generation;

    /// <summary>Of <see cref="Forwarding.KeptPackets"/>: the moment until which it keeps the packet; 0: it does not.</summary>
    public ref uint KeptUntil(int index) => ref _holdings[index].KeptUntil;

    /// <summary>The packet's bytes, to be changed only while nobody else holds it.</summary>
    public Span<byte> Bytes(int index)
    {
        Debug.Assert(_holdings[index].References > 0, "A packet is read after its last holder released it.");
        return new Span<byte>(_store.BytesOf(index), _store.HeaderOf(index)->Length);
    }

    /// <summary>Makes out a reference for another thread, which takes it by <see cref="Receive"/> on its own pool.</summary>
    public void Hand(int index)
    {
        Debug.Assert(_holdings[index].References > 0, "A packet is handed on after its last holder released it.");
        Interlocked.Increment(ref _store.HeaderOf(index)->Holders);
    }

    /// <summary>Takes back what <see cref="Hand"/> made out and nobody received.</summary>
    public void Unhand(int index) => LetGo(index);

    /// <summary>Takes over the reference that another thread made out.</summary>
    public void Receive(int index)
    {
        if (index < _holdings.Length && _holdings[index].References > 0)
        {
            // The thread is a holder already: it counts once.
            _holdings[index].References++;
            LetGo(index);
        }
        else
        {
            AddFirstReference(index);
        }
    }

    public void Dispose() => _pools.Unregister();

    /// <summary>Any thread: the last holder of one of this pool's packets let go.</summary>
    internal void Return(int index)
    {
        var header = _store.HeaderOf(index);
        int first;
        do
        {
            first = Volatile.Read(ref _returned);
            header->Next = first;
        }
        while (Interlocked.CompareExchange(ref _returned, index, first) != first);
    }

    private void AddFirstReference(int index)
    {
        if (index >= _holdings.Length)
        {
            Array.Resize(ref _holdings, Math.Max(_store.Capacity, _holdings.Length * 2));
        }

        ref var holding = ref _holdings[index];
        holding.References = 1;
        holding.Generation++;
        holding.KeptUntil = 0;
        InUse++;
    }

    private void LetGo(int index)
    {
        var header = _store.HeaderOf(index);
        if (Interlocked.Decrement(ref header->Holders) != 0)
        {
            return;
        }

        if (header->Owner == _owner)
        {
            _free.Push(index);
        }
        else
        {
            _pools[header->Owner].Return(index);
        }
    }

    private bool TryRefill()
    {
        for (var index = Interlocked.Exchange(ref _returned, -1); index >= 0; index = _store.HeaderOf(index)->Next)
        {
            _free.Push(index);
        }

        if (_free.Count > 0)
        {
            return true;
        }

        var first = _store.Grow(_owner);
        if (first < 0)
        {
            return false;
        }

        for (var i = first + PacketStore.SlabPackets - 1; i >= first; i--)
        {
            _free.Push(i);
        }

        return true;
    }

    /// <summary>What this thread knows of a packet.</summary>
    private struct Holding
    {
        public int References;
        public uint Generation;
        public uint KeptUntil;
    }
}
