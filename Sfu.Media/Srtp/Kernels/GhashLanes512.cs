using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>GHASH four blocks at a time (VPCLMULQDQ on 512 bits).</summary>
internal readonly unsafe struct GhashLanes512 : IGhashLanes
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
        var low = Vector512<ulong>.Zero;
        var middle = Vector512<ulong>.Zero;
        var high = Vector512<ulong>.Zero;
        MultiplyAdd(Reverse(b4, b5, b6, b7), Vector512.Load(powers + 64), ref low, ref middle, ref high);

        // The sum comes last: it is what waits for the group before.
        var first = Reverse(b0, b1, b2, b3) ^ sum.ToVector256().ToVector512();
        MultiplyAdd(first, Vector512.Load(powers), ref low, ref middle, ref high);
        return Ghash.Reduce(Fold(low), Fold(middle), Fold(high));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MultiplyAdd(
        Vector512<byte> reversed,
        Vector512<byte> power,
        ref Vector512<ulong> low,
        ref Vector512<ulong> middle,
        ref Vector512<ulong> high)
    {
        var x = reversed.AsUInt64();
        var h = power.AsUInt64();
        low ^= Pclmulqdq.V512.CarrylessMultiply(x, h, 0x00);
        middle ^= Pclmulqdq.V512.CarrylessMultiply(x, h, 0x01) ^ Pclmulqdq.V512.CarrylessMultiply(x, h, 0x10);
        high ^= Pclmulqdq.V512.CarrylessMultiply(x, h, 0x11);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Reverse(Vector128<byte> first, Vector128<byte> second, Vector128<byte> third, Vector128<byte> fourth)
    {
        var order = Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
        var orders = Vector256.Create(order, order);
        var blocks = Vector512.Create(Vector256.Create(first, second), Vector256.Create(third, fourth));
        return Avx512BW.Shuffle(blocks, Vector512.Create(orders, orders));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Fold(Vector512<ulong> value)
    {
        var half = value.GetLower() ^ value.GetUpper();
        return half.GetLower() ^ half.GetUpper();
    }
}
