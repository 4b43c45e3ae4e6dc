using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>GHASH one block at a time (PCLMULQDQ).</summary>
internal unsafe struct GhashLanes128 : IGhashLanes
{
    private Vector128<ulong> _low;
    private Vector128<ulong> _middle;
    private Vector128<ulong> _high;

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
        Ghash.MultiplyAdd(AesLanes.Reverse(b3), Vector128.Load(powers + 48), ref _low, ref _middle, ref _high);
        Ghash.MultiplyAdd(AesLanes.Reverse(b2), Vector128.Load(powers + 32), ref _low, ref _middle, ref _high);
        Ghash.MultiplyAdd(AesLanes.Reverse(b1), Vector128.Load(powers + 16), ref _low, ref _middle, ref _high);
        Ghash.MultiplyAdd(AesLanes.Reverse(b0) ^ sum, Vector128.Load(powers), ref _low, ref _middle, ref _high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(byte* powers, byte* source, Vector128<byte> sum)
    {
        Add(
            powers,
            Vector128.Load(source),
            Vector128.Load(source + 16),
            Vector128.Load(source + 32),
            Vector128.Load(source + 48),
            sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector128<byte> Reduce() => Ghash.Reduce(_low, _middle, _high);
}
