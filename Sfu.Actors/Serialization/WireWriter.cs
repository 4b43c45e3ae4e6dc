using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Sfu.Actors.Serialization;

/// <summary>Writes Protocol Buffers primitives into a pooled buffer that grows. One message at a time; one thread.</summary>
internal sealed class WireWriter : IDisposable
{
    private const int MaxVarint = 10;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(512);
    private int _length;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    public byte[] ToArray() => _buffer.AsSpan(0, _length).ToArray();

    public void WriteTag(int number, WireType type) => WriteVarint((uint)(number << 3) | (uint)type);

    public void WriteVarint(ulong value)
    {
        var target = Reserve(MaxVarint);
        var written = 0;
        while (value >= 0x80)
        {
            target[written++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[written++] = (byte)value;
        _length += written;
    }

    public void WriteDouble(double value)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(Reserve(sizeof(double)), value);
        _length += sizeof(double);
    }

    public void WriteFloat(float value)
    {
        BinaryPrimitives.WriteSingleLittleEndian(Reserve(sizeof(float)), value);
        _length += sizeof(float);
    }

    /// <summary>With its length before it. Half a surrogate pair becomes U+FFFD: the wire carries valid UTF-8 only.</summary>
    public void WriteString(string text)
    {
        WriteVarint((uint)Encoding.UTF8.GetByteCount(text));
        _length += Encoding.UTF8.GetBytes(text, Reserve(Encoding.UTF8.GetMaxByteCount(text.Length)));
    }

    /// <summary>With their length before them.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        WriteVarint((uint)bytes.Length);
        bytes.CopyTo(Reserve(bytes.Length));
        _length += bytes.Length;
    }

    /// <summary>Begins something whose length stands before it and is not known yet.</summary>
    /// <returns>For <see cref="End"/>.</returns>
    public int Begin()
    {
        Reserve(1);
        _length++;
        return _length;
    }

    /// <summary>Puts the length where <see cref="Begin"/> left a byte for it, and moves what was written if it needs more.</summary>
    public void End(int begin)
    {
        var length = _length - begin;
        if (length < 0x80)
        {
            _buffer[begin - 1] = (byte)length;
            return;
        }

        var more = LengthOfVarint((uint)length) - 1;
        Reserve(more);
        _buffer.AsSpan(begin, length).CopyTo(_buffer.AsSpan(begin + more));
        _length = begin - 1;
        WriteVarintInPlace((uint)length);
        _length = begin + more + length;
    }

    private static int LengthOfVarint(uint value)
    {
        var length = 1;
        while (value >= 0x80)
        {
            value >>= 7;
            length++;
        }

        return length;
    }

    private void WriteVarintInPlace(uint value)
    {
        while (value >= 0x80)
        {
            _buffer[_length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _buffer[_length] = (byte)value;
    }

    private Span<byte> Reserve(int count)
    {
        if (_buffer.Length - _length < count)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + count));
            _buffer.AsSpan(0, _length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsSpan(_length);
    }
}
