using System.Diagnostics;

namespace Sfu.Media.Buffers;

/// <summary>
/// A bounded queue from one thread to one other, without locks and without allocation. Full means full: the writer decides what is lost.
/// </summary>
/// <typeparam name="T">What is passed, by copy.</typeparam>
internal sealed class SpscRing<T>
    where T : struct
{
    private readonly T[] _items;
    private readonly int _mask;
    private RingPositions _positions;

    /// <param name="capacity">A power of two.</param>
    public SpscRing(int capacity)
    {
        Debug.Assert(int.IsPow2(capacity), "The capacity is a power of two.");
        _items = new T[capacity];
        _mask = capacity - 1;
    }

    /// <summary>Either side: nothing waits, as far as this thread can tell.</summary>
    public bool IsEmpty => Volatile.Read(ref _positions.Written) == Volatile.Read(ref _positions.Read);

    /// <summary>The writing thread only. False: the ring is full.</summary>
    public bool TryPush(in T item)
    {
        var written = _positions.Written;
        if (written - _positions.ReadAsSeen > _mask)
        {
            _positions.ReadAsSeen = Volatile.Read(ref _positions.Read);
            if (written - _positions.ReadAsSeen > _mask)
            {
                return false;
            }
        }

        _items[(int)written & _mask] = item;
        Volatile.Write(ref _positions.Written, written + 1);
        return true;
    }

    /// <summary>The reading thread only. False: nothing waits.</summary>
    public bool TryPop(out T item)
    {
        var read = _positions.Read;
        if (read == _positions.WrittenAsSeen)
        {
            _positions.WrittenAsSeen = Volatile.Read(ref _positions.Written);
            if (read == _positions.WrittenAsSeen)
            {
                item = default;
                return false;
            }
        }

        ref var slot = ref _items[(int)read & _mask];
        item = slot;

        // What it refers to must not live on in here.
        slot = default;
        Volatile.Write(ref _positions.Read, read + 1);
        return true;
    }
}
