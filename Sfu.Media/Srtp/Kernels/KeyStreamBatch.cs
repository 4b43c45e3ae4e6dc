using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>Room on the stack for the key stream of a last batch, which is used block by block.</summary>
[InlineArray(AesLanes.Count)]
internal struct KeyStreamBatch
{
    private Vector128<byte> _first;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store(
        Vector128<byte> b0,
        Vector128<byte> b1,
        Vector128<byte> b2,
        Vector128<byte> b3,
        Vector128<byte> b4,
        Vector128<byte> b5,
        Vector128<byte> b6,
        Vector128<byte> b7)
    {
        this[0] = b0;
        this[1] = b1;
        this[2] = b2;
        this[3] = b3;
        this[4] = b4;
        this[5] = b5;
        this[6] = b6;
        this[7] = b7;
    }
}
