using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>Blocks of which only the first bytes exist. Branches follow the length, which is no secret.</summary>
internal static unsafe class PartialBlock
{
    /// <summary>Loads the bytes and zeroes after them; reads nothing behind them.</summary>
    /// <param name="source">The bytes.</param>
    /// <param name="length">0 to 15.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Load(byte* source, int length)
    {
        return (length & 8) != 0
            ? Vector128.Create(Unsafe.ReadUnaligned<ulong>(source), LoadWord(source + 8, length - 8)).AsByte()
            : Vector128.CreateScalar(LoadWord(source, length)).AsByte();
    }

    /// <summary>Stores the first bytes of a block, writes nothing behind them, and returns the block with zeroes there.</summary>
    /// <param name="block">The block.</param>
    /// <param name="destination">Takes <paramref name="length"/> bytes.</param>
    /// <param name="length">0 to 15.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector128<byte> block, byte* destination, int length)
    {
        var word = block.AsUInt64().ToScalar();
        if ((length & 8) != 0)
        {
            Unsafe.WriteUnaligned(destination, word);
            destination += 8;
            word = block.AsUInt64().GetElement(1);
        }

        if ((length & 4) != 0)
        {
            Unsafe.WriteUnaligned(destination, (uint)word);
            destination += 4;
            word >>= 32;
        }

        if ((length & 2) != 0)
        {
            Unsafe.WriteUnaligned(destination, (ushort)word);
            destination += 2;
            word >>= 16;
        }

        if ((length & 1) != 0)
        {
            *destination = (byte)word;
        }
    }

    /// <summary>The first bytes of a block, and zeroes after them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Keep(Vector128<byte> block, int length) =>
        block & Vector128.GreaterThan(Vector128.Create((byte)length), Vector128.CreateSequence<byte>(0, 1));

    // 0 to 7 bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong LoadWord(byte* source, int length)
    {
        ulong word = 0;
        var shift = 0;
        if ((length & 4) != 0)
        {
            word = Unsafe.ReadUnaligned<uint>(source);
            source += 4;
            shift = 32;
        }

        if ((length & 2) != 0)
        {
            word |= (ulong)Unsafe.ReadUnaligned<ushort>(source) << shift;
            source += 2;
            shift += 16;
        }

        return (length & 1) != 0 ? word | ((ulong)*source << shift) : word;
    }
}
