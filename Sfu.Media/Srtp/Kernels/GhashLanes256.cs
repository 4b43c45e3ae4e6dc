using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>GHASH two blocks at a time (VPCLMULQDQ on 256 bits).</summary>
internal readonly unsafe struct GhashLanes256 : IGhashLanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Absorb(
        Vector128<byte> sum,
        byte* powers,
        Vector128<byte> b0,
        Vector128<byte> b1,
        Vector128<byte> b2,
        Vector128<byte> b3,
        Vector128<byte> b4,
        Vector128<byte> b5,
        Vector128<byte> b6,
        Vector128<byte> b7)
    {
        var low = Vector256<ulong>.Zero;
        var middle = Vector256<ulong>.Zero;
        var high = Vector256<ulong>.Zero;
        MultiplyAdd(Reverse(b6, b7), Vector256.Load(powers + 96), ref low, ref middle, ref high);
        MultiplyAdd(Reverse(b4, b5), Vector256.Load(powers + 64), ref low, ref middle, ref high);
        MultiplyAdd(Reverse(b2, b3), Vector256.Load(powers + 32), ref low, ref middle, ref high);

        // The sum comes last: it is what waits for the group before.
        MultiplyAdd(Reverse(b0, b1) ^ sum.ToVector256(), Vector256.Load(powers), ref low, ref middle, ref high);
        return Ghash.Reduce(Fold(low), Fold(middle), Fold(high));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd(
        Vector256<byte> reversed,
        Vector256<byte> power,
        ref Vector256<ulong> low,
        ref Vector256<ulong> middle,
        ref Vector256<ulong> high)
    {
        var x = reversed.AsUInt64();
        var h = power.AsUInt64();
        low ^= Pclmulqdq.V256.CarrylessMultiply(x, h, 0x00);
        middle ^= Pclmulqdq.V256.CarrylessMultiply(x, h, 0x01) ^ Pclmulqdq.V256.CarrylessMultiply(x, h, 0x10);
        high ^= Pclmulqdq.V256.CarrylessMultiply(x, h, 0x11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Reverse(Vector128<byte> first, Vector128<byte> second)
    {
        var order = Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        return Avx2.Shuffle(Vector256.Create(first, second), Vector256.Create(order, order));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Fold(Vector256<ulong> value) => value.GetLower() ^ value.GetUpper();
}
