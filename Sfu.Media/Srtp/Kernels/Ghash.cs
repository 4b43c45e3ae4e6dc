using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>
/// GHASH (NIST SP 800-38D §6.4) by carry-less multiplication. A block is kept with its bytes reversed; its highest bit is then the
/// coefficient of x⁰, so that a product comes out one bit too far right. The powers of H make up for it: they are kept times x.
/// Sums of unreduced products stay unreduced until the end of a group: low, middle and high part of 256 bits.
/// </summary>
internal static unsafe class Ghash
{
    /// <summary>Blocks that one reduction serves at most: eight and the block of lengths.</summary>
    public const int MaxGroup = 9;

    /// <summary>Bytes of the powers H⁹ … H¹, in this order.</summary>
    public const int PowersLength = MaxGroup * AesSchedule.BlockLength;

    // x¹²⁸ = x⁷ + x² + x + 1, reflected: the upper half of the polynomial, without the bit that the fold itself moves.
    private const ulong Polynomial = 0xC200_0000_0000_0000;

    /// <summary>Computes the powers of H, whose bytes stand as AES gave them.</summary>
    public static void Prepare(Vector128<byte> h, byte* powers)
    {
        var first = TimesX(AesLanes.Reverse(h));
        var power = first;
        for (var i = MaxGroup - 1; i >= 0; i--)
        {
            power.Store(powers + (i * AesSchedule.BlockLength));
            var low = Vector128<ulong>.Zero;
            var middle = Vector128<ulong>.Zero;
            var high = Vector128<ulong>.Zero;
            MultiplyAdd(power, first, ref low, ref middle, ref high);
            power = Reduce(low, middle, high);
        }
    }

    /// <summary>Adds block times power to the sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(
        Vector128<byte> reversed,
        Vector128<byte> power,
        ref Vector128<ulong> low,
        ref Vector128<ulong> middle,
        ref Vector128<ulong> high)
    {
        var x = reversed.AsUInt64();
        var h = power.AsUInt64();
        low ^= Pclmulqdq.CarrylessMultiply(x, h, 0x00);
        middle ^= Pclmulqdq.CarrylessMultiply(x, h, 0x01) ^ Pclmulqdq.CarrylessMultiply(x, h, 0x10);
        high ^= Pclmulqdq.CarrylessMultiply(x, h, 0x11);
    }

    /// <summary>The sums modulo the field's polynomial: the lower 128 bits are folded into the upper ones, 64 bits at a time.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Reduce(Vector128<ulong> low, Vector128<ulong> middle, Vector128<ulong> high)
    {
        var polynomial = Vector128.CreateScalar(Polynomial);
        low ^= Sse2.ShiftLeftLogical128BitLane(middle, 8);
        high ^= Sse2.ShiftRightLogical128BitLane(middle, 8);
        low = SwapHalves(low) ^ Pclmulqdq.CarrylessMultiply(low, polynomial, 0x00);
        low = SwapHalves(low) ^ Pclmulqdq.CarrylessMultiply(low, polynomial, 0x00);
        return (high ^ low).AsByte();
    }

    /// <summary>Takes bytes into the sum, the last block filled up with zeroes.</summary>
    /// <param name="sum">Reversed, reduced.</param>
    /// <param name="powers">From <see cref="Prepare"/>.</param>
    /// <param name="data">The bytes.</param>
    /// <param name="length">May be zero.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Absorb(Vector128<byte> sum, byte* powers, byte* data, int length)
    {
        while (length > 0)
        {
            var blocks = Math.Min((length + AesSchedule.BlockLength - 1) / AesSchedule.BlockLength, MaxGroup);
            var power = powers + ((MaxGroup - blocks) * AesSchedule.BlockLength);
            var low = Vector128<ulong>.Zero;
            var middle = Vector128<ulong>.Zero;
            var high = Vector128<ulong>.Zero;
            for (; blocks > 0; blocks--)
            {
                var block = length >= AesSchedule.BlockLength ? Vector128.Load(data) : PartialBlock.Load(data, length);
                MultiplyAdd(AesLanes.Reverse(block) ^ sum, Vector128.Load(power), ref low, ref middle, ref high);
                sum = Vector128<byte>.Zero;
                power += AesSchedule.BlockLength;
                data += AesSchedule.BlockLength;
                length -= AesSchedule.BlockLength;
            }

            sum = Reduce(low, middle, high);
        }

        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> SwapHalves(Vector128<ulong> value) => Sse2.Shuffle(value.AsUInt32(), 0b01_00_11_10).AsUInt64();

    private static Vector128<byte> TimesX(Vector128<byte> reversed)
    {
        var value = reversed.AsUInt64();
        var carries = value >> 63;
        var overflow = Vector128<ulong>.Zero - Sse2.UnpackHigh(carries, carries);
        var shifted = (value << 1) | Sse2.ShiftLeftLogical128BitLane(carries, 8);
        return (shifted ^ (overflow & Vector128.Create(1, Polynomial))).AsByte();
    }
}
