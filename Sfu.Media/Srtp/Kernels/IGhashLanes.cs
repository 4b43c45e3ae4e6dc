using System.Runtime.Intrinsics;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>How eight blocks are multiplied by H⁸ … H¹ and added up. Implemented by empty structs, so that each has its own kernel.</summary>
internal unsafe interface IGhashLanes
{
    /// <summary>The GHASH sum after eight more blocks.</summary>
    /// <param name="sum">Reversed, reduced.</param>
    /// <param name="powers">H⁸ … H¹.</param>
    static abstract Vector128<byte> Absorb(
        Vector128<byte> sum,
        byte* powers,
        Vector128<byte> b0,
        Vector128<byte> b1,
        Vector128<byte> b2,
        Vector128<byte> b3,
        Vector128<byte> b4,
        Vector128<byte> b5,
        Vector128<byte> b6,
        Vector128<byte> b7);
}
