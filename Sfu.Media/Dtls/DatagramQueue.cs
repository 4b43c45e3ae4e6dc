using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sfu.Media.Dtls;

/// <summary>
/// A bounded first-in-first-out queue of datagrams in native memory that keeps their boundaries. What does not fit is dropped,
/// as a network does. Holds no memory while it is empty. One thread at a time.
/// </summary>
/// <param name="maxBytes">Bound on the bytes held, two per datagram for its length included.</param>
internal sealed unsafe class DatagramQueue(int maxBytes) : IDisposable
{
    private const int LengthBytes = 2;
    private const int InitialBytes = 2048;

    private byte* _buffer;
    private int _capacity;
    private int _head;
    private int _tail;

    public bool IsEmpty => _head == _tail;

    /// <returns>False when the datagram was dropped, because the queue is full or memory is short.</returns>
    public bool TryEnqueue(ReadOnlySpan<byte> datagram)
    {
        var needed = LengthBytes + datagram.Length;
        if (datagram.Length > ushort.MaxValue || _tail - _head + needed > maxBytes || !TryMakeRoom(needed))
        {
            return false;
        }

        // TryMakeRoom has left `needed` bytes after the tail.
        Debug.Assert(_tail + needed <= _capacity, "The tail lies inside the buffer.");
        BinaryPrimitives.WriteUInt16LittleEndian(new Span<byte>(_buffer + _tail, LengthBytes), (ushort)datagram.Length);
        datagram.CopyTo(new Span<byte>(_buffer + _tail + LengthBytes, datagram.Length));
        _tail += needed;
        return true;
    }

    /// <summary>Takes the oldest datagram. One that is longer than <paramref name="destination"/> stays, and the answer is false.</summary>
    public bool TryDequeue(Span<byte> destination, out int length)
    {
        length = 0;
        if (IsEmpty)
        {
            return false;
        }

        var next = BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(_buffer + _head, LengthBytes));
        if (next > destination.Length)
        {
            return false;
        }

        length = next;
        new ReadOnlySpan<byte>(_buffer + _head + LengthBytes, length).CopyTo(destination);
        _head += LengthBytes + length;
        if (IsEmpty)
        {
            Dispose();
        }

        return true;
    }

    public void Dispose()
    {
        NativeMemory.Free(_buffer);
        _buffer = null;
        _capacity = _head = _tail = 0;
    }

    private bool TryMakeRoom(int needed)
    {
        if (_capacity - _tail >= needed)
        {
            return true;
        }

        var used = _tail - _head;
        if (_head > 0)
        {
            Buffer.MemoryCopy(_buffer + _head, _buffer, _capacity, used);
            _head = 0;
            _tail = used;
        }

        if (_capacity - used >= needed)
        {
            return true;
        }

        var capacity = Math.Max(InitialBytes, Math.Max(used + needed, _capacity * 2));
        try
        {
            _buffer = (byte*)NativeMemory.Realloc(_buffer, (nuint)capacity);
        }
        catch (OutOfMemoryException)
        {
            return false;
        }

        _capacity = capacity;
        return true;
    }
}
