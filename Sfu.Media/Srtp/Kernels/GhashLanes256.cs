using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>GHASH two blocks at a time (VPCLMULQDQ on 256 bits).</summary>
internal unsafe struct GhashLanes256 : IGhashLanes
{
    // The order of bytes that reverses a block.
    private const ulong ReverseHigh = 0x0809_0A0B_0C0D_0E0F;
    private const ulong ReverseLow = 0x0001_0203_0405_0607;

    private Vector256<ulong> _low;
    private Vector256<ulong> _middle;
    private Vector256<ulong> _high;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(
        byte* powers,
        Vector128<byte> b0,
        Vector128<byte> b1,
        Vector128<byte> b2,
        Vector128<byte> b3,
        Vector128<byte> sum)
    {
        // The sum comes last: it is what waits for the group before.
        var second = Avx2.InsertVector128(b2.ToVector256Unsafe(), b3, 1);
        var first = Avx2.InsertVector128(b0.ToVector256Unsafe(), b1, 1);
        MultiplyAdd(Reverse(second), Vector256.Load(powers + 32));
        MultiplyAdd(Reverse(first) ^ sum.ToVector256(), Vector256.Load(powers));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(byte* powers, byte* source, Vector128<byte> sum)
    {
        MultiplyAdd(Reverse(Vector256.Load(source + 32)), Vector256.Load(powers + 32));
        MultiplyAdd(Reverse(Vector256.Load(source)) ^ sum.ToVector256(), Vector256.Load(powers));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector128<byte> Reduce() => Ghash.Reduce(Fold(_low), Fold(_middle), Fold(_high));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Reverse(Vector256<byte> blocks) =>
        Avx2.Shuffle(blocks, Vector256.Create(ReverseHigh, ReverseLow, ReverseHigh, ReverseLow).AsByte());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Fold(Vector256<ulong> value) => value.GetLower() ^ value.GetUpper();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void MultiplyAdd(Vector256<byte> reversed, Vector256<byte> power)
    {
        var x = reversed.AsUInt64();
        var h = power.AsUInt64();
        _low ^= Pclmulqdq.V256.CarrylessMultiply(x, h, 0x00);
        _middle ^= Pclmulqdq.V256.CarrylessMultiply(x, h, 0x01) ^ Pclmulqdq.V256.CarrylessMultiply(x, h, 0x10);
        _high ^= Pclmulqdq.V256.CarrylessMultiply(x, h, 0x11);
    }
}
