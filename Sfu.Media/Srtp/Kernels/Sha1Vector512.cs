using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>Sixteen messages at a time (AVX-512 F and BW).</summary>
internal readonly unsafe struct Sha1Vector512 : ISha1Vector<Vector512<uint>>
{
    // Truth tables of three inputs: the bit for (a, b, c) is at 4a + 2b + c.
    private const byte XorTable = 0x96;
    private const byte ChooseTable = 0xCA;
    private const byte MajorityTable = 0xE8;

    // Pairs of 128-bit parts: 0 and 2 of both operands, or 1 and 3.
    private const byte EvenParts = 0x88;
    private const byte OddParts = 0xDD;

    // The order of bytes that turns big-endian words.
    private const ulong SwapHigh = 0x0C0D_0E0F_0809_0A0B;
    private const ulong SwapLow = 0x0405_0607_0001_0203;

    public static int Lanes => Vector512<uint>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Broadcast(uint value) => Vector512.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Add(Vector512<uint> left, Vector512<uint> right) => left + right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Xor(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c) => Avx512F.TernaryLogic(a, b, c, XorTable);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Choose(Vector512<uint> b, Vector512<uint> c, Vector512<uint> d) =>
        Avx512F.TernaryLogic(b, c, d, ChooseTable);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Majority(Vector512<uint> b, Vector512<uint> c, Vector512<uint> d) =>
        Avx512F.TernaryLogic(b, c, d, MajorityTable);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> RotateLeft1(Vector512<uint> value) => Avx512F.RotateLeft(value, 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> RotateLeft5(Vector512<uint> value) => Avx512F.RotateLeft(value, 5);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> RotateLeft30(Vector512<uint> value) => Avx512F.RotateLeft(value, 30);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Update(Vector512<uint> count, Vector512<uint> step, Vector512<uint> updated, Vector512<uint> kept) =>
        Vector512.ConditionalSelect(Vector512.GreaterThan(count, step), updated, kept);

    public static void LoadBlocks(byte** blocks, Vector512<uint>* words)
    {
        // First words, then pairs of words, change places within 128 bits; then 128-bit parts change places.
        var swap = Vector512.Create(SwapLow, SwapHigh, SwapLow, SwapHigh, SwapLow, SwapHigh, SwapLow, SwapHigh).AsByte();
        var turned = words + Sha1Constants.BlockWords;
        for (var row = 0; row < Vector512<uint>.Count; row += 4)
        {
            var r0 = Avx512BW.Shuffle(Vector512.Load(blocks[row]), swap).AsUInt32();
            var r1 = Avx512BW.Shuffle(Vector512.Load(blocks[row + 1]), swap).AsUInt32();
            var r2 = Avx512BW.Shuffle(Vector512.Load(blocks[row + 2]), swap).AsUInt32();
            var r3 = Avx512BW.Shuffle(Vector512.Load(blocks[row + 3]), swap).AsUInt32();
            var low01 = Avx512F.UnpackLow(r0, r1).AsUInt64();
            var high01 = Avx512F.UnpackHigh(r0, r1).AsUInt64();
            var low23 = Avx512F.UnpackLow(r2, r3).AsUInt64();
            var high23 = Avx512F.UnpackHigh(r2, r3).AsUInt64();
            turned[row] = Avx512F.UnpackLow(low01, low23).AsUInt32();
            turned[row + 1] = Avx512F.UnpackHigh(low01, low23).AsUInt32();
            turned[row + 2] = Avx512F.UnpackLow(high01, high23).AsUInt32();
            turned[row + 3] = Avx512F.UnpackHigh(high01, high23).AsUInt32();
        }

        for (var column = 0; column < 4; column++)
        {
            var even0 = Avx512F.Shuffle4x128(turned[column], turned[column + 4], EvenParts);
            var odd0 = Avx512F.Shuffle4x128(turned[column], turned[column + 4], OddParts);
            var even1 = Avx512F.Shuffle4x128(turned[column + 8], turned[column + 12], EvenParts);
            var odd1 = Avx512F.Shuffle4x128(turned[column + 8], turned[column + 12], OddParts);
            words[column] = Avx512F.Shuffle4x128(even0, even1, EvenParts);
            words[column + 4] = Avx512F.Shuffle4x128(odd0, odd1, EvenParts);
            words[column + 8] = Avx512F.Shuffle4x128(even0, even1, OddParts);
            words[column + 12] = Avx512F.Shuffle4x128(odd0, odd1, OddParts);
        }
    }
}
