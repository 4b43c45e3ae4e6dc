using System.Buffers.Binary;

namespace Sfu.Tests.Fuzz;

/// <summary>Breaks inputs: bits, bytes, lengths, cuts, copies, splices. Works in a buffer of its own and allocates nothing.</summary>
internal sealed class Mutator(ulong seed)
{
    public const int MaxLength = 1600;

    private static readonly byte[] _bytes = [0, 1, 2, 4, 8, 15, 16, 31, 32, 63, 64, 127, 128, 192, 224, 240, 254, 255];
    private static readonly ushort[] _words = [0, 1, 3, 4, 255, 256, 0x7FFF, 0x8000, 0x8001, 0xBEDE, 0x1000, 0xFFFC, 0xFFFE, 0xFFFF];

    private readonly byte[] _buffer = new byte[MaxLength];

    private FuzzRandom _random = new(seed);
    private int _length;

    /// <summary>The last mutant.</summary>
    public ReadOnlySpan<byte> Current => _buffer.AsSpan(0, _length);

    public int Next(int limit) => _random.Next(limit);

    /// <param name="input">What to break.</param>
    /// <param name="other">What to take parts from.</param>
    /// <returns>Valid until the next call.</returns>
    public ReadOnlySpan<byte> Mutate(ReadOnlySpan<byte> input, ReadOnlySpan<byte> other)
    {
        _length = Math.Min(input.Length, MaxLength);
        input[.._length].CopyTo(_buffer);
        for (var changes = 1 + _random.Next(1 << _random.Next(4)); changes > 0; changes--)
        {
            Change(other);
        }

        return Current;
    }

    private void Change(ReadOnlySpan<byte> other)
    {
        if (_length == 0)
        {
            Insert(other[..Math.Min(other.Length, 1 + _random.Next(32))]);
            return;
        }

        // Headers are at the beginning: half of the changes fall there.
        var position = _random.Next(2) == 0 ? _random.Next(Math.Min(_length, 16)) : _random.Next(_length);
        switch (_random.Next(12))
        {
            case 0 or 1:
                _buffer[position] ^= (byte)(1 << _random.Next(8));
                break;
            case 2:
                _buffer[position] = (byte)_random.Next();
                break;
            case 3:
                _buffer[position] = _bytes[_random.Next(_bytes.Length)];
                break;
            case 4:
                _buffer[position] += (byte)(_random.Next(9) - 4);
                break;
            case 5 when position + 1 < _length:
                BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(position), _words[_random.Next(_words.Length)]);
                break;
            case 6 when position + 1 < _length:
                // A length that fits what is there, more or less.
                BinaryPrimitives.WriteUInt16BigEndian(_buffer.AsSpan(position), (ushort)(_length - position + _random.Next(9) - 6));
                break;
            case 7:
                _length = _random.Next(_length + 1);
                break;
            case 8:
                Delete(position, 1 + _random.Next(Math.Min(16, _length - position)));
                break;
            case 9:
                Span<byte> part = stackalloc byte[16];
                part = part[..Math.Min(1 + _random.Next(16), _length - position)];
                _buffer.AsSpan(position, part.Length).CopyTo(part);
                Insert(part);
                break;
            case 10 when !other.IsEmpty:
                var start = _random.Next(other.Length);
                Insert(other.Slice(start, Math.Min(other.Length - start, 1 + _random.Next(64))));
                break;
            default:
                Span<byte> noise = stackalloc byte[8];
                BinaryPrimitives.WriteUInt64LittleEndian(noise, _random.Next());
                Insert(noise[..(1 + _random.Next(8))]);
                break;
        }
    }

    private void Delete(int position, int count)
    {
        _buffer.AsSpan(position + count, _length - position - count).CopyTo(_buffer.AsSpan(position));
        _length -= count;
    }

    private void Insert(scoped ReadOnlySpan<byte> part)
    {
        part = part[..Math.Min(part.Length, MaxLength - _length)];
        var position = _random.Next(_length + 1);
        _buffer.AsSpan(position, _length - position).CopyTo(_buffer.AsSpan(position + part.Length));
        part.CopyTo(_buffer.AsSpan(position));
        _length += part.Length;
    }
}
