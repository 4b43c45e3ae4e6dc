using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>Eight messages at a time (AVX2).</summary>
internal readonly unsafe struct Sha1Vector256 : ISha1Vector<Vector256<uint>>
{
    // 128-bit parts of both operands: the lower ones, or the upper ones.
    private const byte LowerParts = 0x20;
    private const byte UpperParts = 0x31;

    // The order of bytes that turns big-endian words.
    private const ulong SwapHigh = 0x0C0D_0E0F_0809_0A0B;
    private const ulong SwapLow = 0x0405_0607_0001_0203;

    public static int Lanes => Vector256<uint>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Broadcast(uint value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Add(Vector256<uint> left, Vector256<uint> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Xor(Vector256<uint> a, Vector256<uint> b, Vector256<uint> c) => a ^ b ^ c;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Choose(Vector256<uint> b, Vector256<uint> c, Vector256<uint> d) => d ^ (b & (c ^ d));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Majority(Vector256<uint> b, Vector256<uint> c, Vector256<uint> d) => (b & c) | (d & (b | c));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> RotateLeft1(Vector256<uint> value) => (value << 1) | (value >> 31);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> RotateLeft5(Vector256<uint> value) => (value << 5) | (value >> 27);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> RotateLeft30(Vector256<uint> value) => (value << 30) | (value >> 2);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<uint> Update(Vector256<uint> count, Vector256<uint> step, Vector256<uint> updated, Vector256<uint> kept) =>
        Vector256.ConditionalSelect(Vector256.GreaterThan(count.AsInt32(), step.AsInt32()).AsUInt32(), updated, kept);

    public static void LoadBlocks(byte** blocks, Vector256<uint>* words)
    {
        // First words, then pairs of words, change places within 128 bits; then 128-bit parts change places.
        var swap = Vector256.Create(SwapLow, SwapHigh, SwapLow, SwapHigh).AsByte();
        var turned = words + Sha1Constants.BlockWords;
        for (var half = 0; half < 2; half++)
        {
            for (var row = 0; row < Vector256<uint>.Count; row += 4)
            {
                var at = half * Vector256<byte>.Count;
                var r0 = Avx2.Shuffle(Vector256.Load(blocks[row] + at), swap).AsUInt32();
                var r1 = Avx2.Shuffle(Vector256.Load(blocks[row + 1] + at), swap).AsUInt32();
                var r2 = Avx2.Shuffle(Vector256.Load(blocks[row + 2] + at), swap).AsUInt32();
                var r3 = Avx2.Shuffle(Vector256.Load(blocks[row + 3] + at), swap).AsUInt32();
                var low01 = Avx2.UnpackLow(r0, r1).AsUInt64();
                var high01 = Avx2.UnpackHigh(r0, r1).AsUInt64();
                var low23 = Avx2.UnpackLow(r2, r3).AsUInt64();
                var high23 = Avx2.UnpackHigh(r2, r3).AsUInt64();
                turned[row] = Avx2.UnpackLow(low01, low23).AsUInt32();
                turned[row + 1] = Avx2.UnpackHigh(low01, low23).AsUInt32();
                turned[row + 2] = Avx2.UnpackLow(high01, high23).AsUInt32();
                turned[row + 3] = Avx2.UnpackHigh(high01, high23).AsUInt32();
            }

            for (var column = 0; column < 4; column++)
            {
                var word = (half * Vector256<uint>.Count) + column;
                words[word] = Avx2.Permute2x128(turned[column], turned[column + 4], LowerParts);
                words[word + 4] = Avx2.Permute2x128(turned[column], turned[column + 4], UpperParts);
            }
        }
    }
}
