using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>GHASH one block at a time (PCLMULQDQ).</summary>
internal readonly unsafe struct GhashLanes128 : IGhashLanes
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
        var low = Vector128<ulong>.Zero;
        var middle = Vector128<ulong>.Zero;
        var high = Vector128<ulong>.Zero;
        Ghash.MultiplyAdd(AesLanes.Reverse(b7), Vector128.Load(powers + 112), ref low, ref middle, ref high);
        Ghash.MultiplyAdd(AesLanes.Reverse(b6), Vector128.Load(powers + 96), ref low, ref middle, ref high);
        Ghash.MultiplyAdd(AesLanes.Reverse(b5), Vector128.Load(powers + 80), ref low, ref middle, ref high);
        Ghash.MultiplyAdd(AesLanes.Reverse(b4), Vector128.Load(powers + 64), ref low, ref middle, ref high);
        Ghash.MultiplyAdd(AesLanes.Reverse(b3), Vector128.Load(powers + 48), ref low, ref middle, ref high);
        Ghash.MultiplyAdd(AesLanes.Reverse(b2), Vector128.Load(powers + 32), ref low, ref middle, ref high);
        Ghash.MultiplyAdd(AesLanes.Reverse(b1), Vector128.Load(powers + 16), ref low, ref middle, ref high);

        // The sum comes last: it is what waits for the group before.
        Ghash.MultiplyAdd(AesLanes.Reverse(b0) ^ sum, Vector128.Load(powers), ref low, ref middle, ref high);
        return Ghash.Reduce(low, middle, high);
    }
}
