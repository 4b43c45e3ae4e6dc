using System.Buffers;
using System.Buffers.Binary;

namespace Sfu.Media.Wire;

/// <summary>
/// Frames (RFC 4571 §2) that wait for a slow reader: a ring of bytes with a bound. A frame goes in whole or not at all, so that the
/// stream stays readable whatever is dropped. Grows on demand, and lends its memory to others when it has run empty after a large burst: so
/// bursts that come again and again cost no new memory. One thread.
/// </summary>
public sealed class FrameQueue(int maxBytes)
{
    private const int InitialBytes = 4096;
    private const int KeptBytes = 64 * 1024;

    /// <summary>Beyond the bound, for frames that matter when media has filled it.</summary>
    private const int ReserveBytes = 16 * 1024;

    private byte[] _ring = [];
    private int _start;

    /// <summary>Bytes that wait, length fields included.</summary>
    public int Count { get; private set; }

    /// <summary>Frames that found no room.</summary>
    public long Dropped { get; private set; }

    /// <param name="frame">What the frame holds.</param>
    /// <param name="matters">Whether it may use the room that is kept for what is more than one packet of many.</param>
    /// <returns>False when the frame found no room and was dropped.</returns>
    public bool TryEnqueue(ReadOnlySpan<byte> frame, bool matters = false)
    {
        var needed = FrameReader.LengthBytes + frame.Length;
        if (Count + needed > maxBytes + (matters ? ReserveBytes : 0))
        {
            Dropped++;
            return false;
        }

        Reserve(Count + needed);
        Span<byte> length = stackalloc byte[FrameReader.LengthBytes];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)frame.Length);
        Append(length);
        Append(frame);
        return true;
    }

    /// <summary>The bytes that leave next, as many as lie together.</summary>
    public ReadOnlySpan<byte> Peek() => _ring.AsSpan(_start, Math.Min(Count, _ring.Length - _start));

    /// <summary>So many bytes of <see cref="Peek"/> have left.</summary>
    public void Consume(int bytes)
    {
        Count -= bytes;
        _start = Count == 0 ? 0 : (_start + bytes) % _ring.Length;
        if (Count == 0 && _ring.Length > KeptBytes)
        {
            Release();
        }
    }

    /// <summary>Drops what waits and gives the memory back.</summary>
    public void Release()
    {
        if (_ring.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_ring);
        }

        _ring = [];
        _start = 0;
        Count = 0;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        var end = (_start + Count) % _ring.Length;
        var first = Math.Min(bytes.Length, _ring.Length - end);
        bytes[..first].CopyTo(_ring.AsSpan(end));
        bytes[first..].CopyTo(_ring);
        Count += bytes.Length;
    }

    private void Reserve(int bytes)
    {
        if (bytes <= _ring.Length)
        {
            return;
        }

        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(InitialBytes, Math.Max(bytes, Math.Min(maxBytes, _ring.Length * 2))));
        var waiting = Count;
        var first = Math.Min(waiting, _ring.Length - _start);
        _ring.AsSpan(_start, first).CopyTo(larger);
        _ring.AsSpan(0, waiting - first).CopyTo(larger.AsSpan(first));
        Release();
        _ring = larger;
        Count = waiting;
    }
}
