using System.Runtime.Intrinsics;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>
/// A group of blocks on its way into the GHASH sum, four at a time. Begins as the struct's default. Implemented by structs, so that
/// the compiler makes a kernel for each width.
/// </summary>
internal unsafe interface IGhashLanes
{
    /// <summary>Adds four blocks times four powers.</summary>
    /// <param name="powers">The power for the first block; the next lower ones follow.</param>
    /// <param name="b0">A block as it stands in memory. So are the others.</param>
    /// <param name="b1">The second block.</param>
    /// <param name="b2">The third block.</param>
    /// <param name="b3">The fourth block.</param>
    /// <param name="sum">The sum before the group with its first block, else zero.</param>
    void Add(byte* powers, Vector128<byte> b0, Vector128<byte> b1, Vector128<byte> b2, Vector128<byte> b3, Vector128<byte> sum);

    /// <summary>As the other one, for blocks in memory.</summary>
    void Add(byte* powers, byte* source, Vector128<byte> sum);

    /// <summary>The new sum.</summary>
    Vector128<byte> Reduce();
}
