using System.Buffers.Binary;
using System.Text;
using Akka.Actor;

namespace Sfu.Actors.Serialization;

/// <summary>
/// Reads Protocol Buffers primitives. What is cut short, too deep or too much is a <see cref="WireFormatException"/>, before memory is taken
/// for it.
/// </summary>
internal ref struct WireReader(ReadOnlySpan<byte> bytes, IActorRefProvider actors)
{
    /// <summary>How deep records may lie in records. The contract's deepest is 7.</summary>
    public const int MaxDepth = 32;

    /// <summary>How many records one message may hold: an empty one takes two bytes here and a hundred in memory.</summary>
    public const int MaxRecords = 250_000;

    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;
    private int _end = bytes.Length;
    private int _depth;
    private int _records;

    /// <summary>Whom paths are resolved by.</summary>
    public readonly IActorRefProvider Actors => actors;

    /// <summary>The record in hand is read.</summary>
    public readonly bool AtEnd => _at >= _end;

    public int ReadTag(out WireType type)
    {
        var tag = ReadVarint();
        type = (WireType)(tag & 7);
        var number = tag >> 3;
        return number is > 0 and < 1 << 29 ? (int)number : throw new WireFormatException($"There is no field {number}.");
    }

    public ulong ReadVarint()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_at >= _end)
            {
                throw Short();
            }

            var next = _bytes[_at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new WireFormatException("A varint is longer than ten bytes.");
    }

    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)));

    public float ReadFloat() => BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)));

    public ReadOnlySpan<byte> ReadBytes() => Take(ReadLength());

    public string ReadString()
    {
        var text = ReadBytes();
        try
        {
            return _strict.GetString(text);
        }
        catch (DecoderFallbackException exception)
        {
            throw new WireFormatException("A text is not UTF-8.", exception);
        }
    }

    /// <summary>From here on, only what is inside the next length-delimited thing.</summary>
    /// <returns>For <see cref="Leave"/>.</returns>
    public int Enter()
    {
        var length = ReadLength();
        if (++_depth > MaxDepth)
        {
            throw new WireFormatException($"Records are nested more than {MaxDepth} deep.");
        }

        if (++_records > MaxRecords)
        {
            throw new WireFormatException($"A message holds more than {MaxRecords} records.");
        }

        var outer = _end;
        _end = _at + length;
        return outer;
    }

    public void Leave(int outer)
    {
        _depth--;
        _end = outer;
    }

    /// <summary>A field that this node does not know.</summary>
    public void Skip(WireType type)
    {
        switch (type)
        {
            case WireType.Varint:
                ReadVarint();
                break;
            case WireType.Fixed64:
                Take(sizeof(ulong));
                break;
            case WireType.Length:
                ReadBytes();
                break;
            case WireType.Fixed32:
                Take(sizeof(uint));
                break;
            default:
                throw new WireFormatException($"There is no wire type {(int)type}.");
        }
    }

    private int ReadLength()
    {
        var length = ReadVarint();
        return length <= (ulong)(_end - _at) ? (int)length : throw Short();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (_end - _at < count)
        {
            throw Short();
        }

        var taken = _bytes.Slice(_at, count);
        _at += count;
        return taken;
    }

    private static WireFormatException Short() => new("It is cut short.");
}
