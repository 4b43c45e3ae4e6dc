using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>GHASH four blocks at a time (VPCLMULQDQ on 512 bits).</summary>
internal unsafe struct GhashLanes512 : IGhashLanes
{
    // The order of bytes that reverses a block.
    private const ulong ReverseHigh = 0x0809_0A0B_0C0D_0E0F;
    private const ulong ReverseLow = 0x0001_0203_0405_0607;

    private Vector512<ulong> _low;
    private Vector512<ulong> _middle;
    private Vector512<ulong> _high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(
        byte* powers,
        Vector128<byte> b0,
        Vector128<byte> b1,
        Vector128<byte> b2,
        Vector128<byte> b3,
        Vector128<byte> sum)
    {
        var lower = Avx2.InsertVector128(b0.ToVector256Unsafe(), b1, 1);
        var upper = Avx2.InsertVector128(b2.ToVector256Unsafe(), b3, 1);
        var blocks = Avx512F.InsertVector256(lower.ToVector512Unsafe(), upper, 1);
        MultiplyAdd(Reverse(blocks) ^ sum.ToVector256().ToVector512(), Vector512.Load(powers));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(byte* powers, byte* source, Vector128<byte> sum)
    {
        MultiplyAdd(Reverse(Vector512.Load(source)) ^ sum.ToVector256().ToVector512(), Vector512.Load(powers));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector128<byte> Reduce() => Ghash.Reduce(Fold(_low), Fold(_middle), Fold(_high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Reverse(Vector512<byte> blocks)
    {
        var order = Vector512.Create(
            ReverseHigh, ReverseLow, ReverseHigh, ReverseLow, ReverseHigh, ReverseLow, ReverseHigh, ReverseLow);
        return Avx512BW.Shuffle(blocks, order.AsByte());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Fold(Vector512<ulong> value)
    {
        var half = value.GetLower() ^ value.GetUpper();
        return half.GetLower() ^ half.GetUpper();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void MultiplyAdd(Vector512<byte> reversed, Vector512<byte> power)
    {
        var x = reversed.AsUInt64();
        var h = power.AsUInt64();
        _low ^= Pclmulqdq.V512.CarrylessMultiply(x, h, 0x00);
        _middle ^= Pclmulqdq.V512.CarrylessMultiply(x, h, 0x01) ^ Pclmulqdq.V512.CarrylessMultiply(x, h, 0x10);
        _high ^= Pclmulqdq.V512.CarrylessMultiply(x, h, 0x11);
    }
}
