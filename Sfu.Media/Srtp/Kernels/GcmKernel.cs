using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>
/// AES-GCM (NIST SP 800-38D) for packets: eight counter blocks at a time, their key stream and ciphertext in registers, one GHASH
/// reduction for each eight blocks. The rounds of a batch and the hash of the one before do not wait for each other, so that the
/// processor works on both at once. No branch and no address depends on anything but lengths.
/// </summary>
/// <typeparam name="TGhash">How wide GHASH multiplies.</typeparam>
internal static unsafe class GcmKernel<TGhash>
    where TGhash : struct, IGhashLanes
{
    private const int BlockLength = AesSchedule.BlockLength;

    /// <summary>Encrypts and returns the tag.</summary>
    /// <param name="key">The prepared key.</param>
    /// <param name="nonce">12 bytes of nonce at the front; the rest does not count.</param>
    /// <param name="associated">Authenticated, not encrypted.</param>
    /// <param name="associatedLength">May be zero.</param>
    /// <param name="source">The plaintext.</param>
    /// <param name="destination">Takes as many bytes; the source itself, or no overlap.</param>
    /// <param name="length">May be zero.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static Vector128<byte> Seal(
        in GcmKeyState key,
        Vector128<byte> nonce,
        byte* associated,
        int associatedLength,
        byte* source,
        byte* destination,
        int length)
    {
        var counter = FirstCounter(nonce);
        var lengths = Lengths(associatedLength, length);
        var powers = key.Powers + BlockLength;
        var schedule = key.Schedule;
        var rounds = key.Rounds;
        var sum = Ghash.Absorb(Vector128<byte>.Zero, key.Powers, associated, associatedLength);
        var next = AesLanes.Advance(counter, 1);
        if (length >= AesLanes.BatchLength)
        {
            AesLanes.KeyStream(
                schedule, rounds, next, out var b0, out var b1, out var b2, out var b3, out var b4, out var b5, out var b6, out var b7);
            while (true)
            {
                b0 ^= Vector128.Load(source);
                b1 ^= Vector128.Load(source + 16);
                b2 ^= Vector128.Load(source + 32);
                b3 ^= Vector128.Load(source + 48);
                b4 ^= Vector128.Load(source + 64);
                b5 ^= Vector128.Load(source + 80);
                b6 ^= Vector128.Load(source + 96);
                b7 ^= Vector128.Load(source + 112);
                Store(destination, b0, b1, b2, b3, b4, b5, b6, b7);
                next = AesLanes.Advance(next, AesLanes.Count);
                source += AesLanes.BatchLength;
                destination += AesLanes.BatchLength;
                length -= AesLanes.BatchLength;
                var group = default(TGhash);
                if (length < AesLanes.BatchLength)
                {
                    group.Add(powers + 64, b4, b5, b6, b7, Vector128<byte>.Zero);
                    group.Add(powers, b0, b1, b2, b3, sum);
                    sum = group.Reduce();
                    break;
                }

                AesLanes.Begin(schedule, next, out var k0, out var k1, out var k2, out var k3, out var k4, out var k5, out var k6, out var k7);
                AesLanes.Round(schedule + 16, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
                AesLanes.Round(schedule + 32, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
                group.Add(powers + 64, b4, b5, b6, b7, Vector128<byte>.Zero);
                AesLanes.Round(schedule + 48, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
                AesLanes.Round(schedule + 64, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
                group.Add(powers, b0, b1, b2, b3, sum);
                AesLanes.Round(schedule + 80, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
                AesLanes.Round(schedule + 96, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
                AesLanes.Round(schedule + 112, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
                sum = group.Reduce();
                AesLanes.Round(schedule + 128, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
                AesLanes.Round(schedule + 144, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
                AesLanes.End(schedule, rounds, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
                b0 = k0;
                b1 = k1;
                b2 = k2;
                b3 = k3;
                b4 = k4;
                b5 = k5;
                b6 = k6;
                b7 = k7;
            }
        }

        return Finish(key, counter, next, sum, lengths, source, destination, length, seals: true);
    }

    /// <summary>Decrypts and returns the tag that the ciphertext must have. Parameters as for <see cref="Seal"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public static Vector128<byte> Open(
        in GcmKeyState key,
        Vector128<byte> nonce,
        byte* associated,
        int associatedLength,
        byte* source,
        byte* destination,
        int length)
    {
        var counter = FirstCounter(nonce);
        var lengths = Lengths(associatedLength, length);
        var powers = key.Powers + BlockLength;
        var schedule = key.Schedule;
        var rounds = key.Rounds;
        var sum = Ghash.Absorb(Vector128<byte>.Zero, key.Powers, associated, associatedLength);
        var next = AesLanes.Advance(counter, 1);
        for (; length >= AesLanes.BatchLength; length -= AesLanes.BatchLength)
        {
            var group = default(TGhash);
            AesLanes.Begin(schedule, next, out var k0, out var k1, out var k2, out var k3, out var k4, out var k5, out var k6, out var k7);
            AesLanes.Round(schedule + 16, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
            AesLanes.Round(schedule + 32, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
            group.Add(powers + 64, source + 64, Vector128<byte>.Zero);
            AesLanes.Round(schedule + 48, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
            AesLanes.Round(schedule + 64, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
            group.Add(powers, source, sum);
            AesLanes.Round(schedule + 80, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
            AesLanes.Round(schedule + 96, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
            AesLanes.Round(schedule + 112, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
            sum = group.Reduce();
            AesLanes.Round(schedule + 128, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
            AesLanes.Round(schedule + 144, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
            AesLanes.End(schedule, rounds, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
            k0 ^= Vector128.Load(source);
            k1 ^= Vector128.Load(source + 16);
            k2 ^= Vector128.Load(source + 32);
            k3 ^= Vector128.Load(source + 48);
            k4 ^= Vector128.Load(source + 64);
            k5 ^= Vector128.Load(source + 80);
            k6 ^= Vector128.Load(source + 96);
            k7 ^= Vector128.Load(source + 112);
            Store(destination, k0, k1, k2, k3, k4, k5, k6, k7);
            next = AesLanes.Advance(next, AesLanes.Count);
            source += AesLanes.BatchLength;
            destination += AesLanes.BatchLength;
        }

        return Finish(key, counter, next, sum, lengths, source, destination, length, seals: false);
    }

    // SP 800-38D §7.1: with a nonce of 96 bits the block that masks the tag is the nonce and a one; the data begin with two.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> FirstCounter(Vector128<byte> nonce) => AesLanes.Reverse(nonce).AsUInt32().WithElement(0, 1u).AsByte();

    // The block of lengths: bits of associated data, bits of ciphertext, 64 each, big-endian.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Lengths(int associatedLength, int length) =>
        Vector128.Create((ulong)(uint)length << 3, (ulong)(uint)associatedLength << 3).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(
        byte* destination,
        Vector128<byte> b0,
        Vector128<byte> b1,
        Vector128<byte> b2,
        Vector128<byte> b3,
        Vector128<byte> b4,
        Vector128<byte> b5,
        Vector128<byte> b6,
        Vector128<byte> b7)
    {
        b0.Store(destination);
        b1.Store(destination + 16);
        b2.Store(destination + 32);
        b3.Store(destination + 48);
        b4.Store(destination + 64);
        b5.Store(destination + 80);
        b6.Store(destination + 96);
        b7.Store(destination + 112);
    }

    // The last 0 to 127 bytes, the block of lengths and the tag's mask: one group of GHASH.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Finish(
        in GcmKeyState key,
        Vector128<byte> counter,
        Vector128<byte> next,
        Vector128<byte> sum,
        Vector128<byte> lengths,
        byte* source,
        byte* destination,
        int length,
        bool seals)
    {
        KeyStreamBatch keyStream;
        Unsafe.SkipInit(out keyStream);
        var mask = AesLanes.Encrypt(key.Schedule, key.Rounds, AesLanes.Reverse(counter));
        var keyBlock = (byte*)&keyStream;
        if (length > 0)
        {
            AesLanes.KeyStream(
                key.Schedule, key.Rounds, next, out var k0, out var k1, out var k2, out var k3, out var k4, out var k5, out var k6, out var k7);
            keyStream.Store(k0, k1, k2, k3, k4, k5, k6, k7);
        }

        var low = Vector128<ulong>.Zero;
        var middle = Vector128<ulong>.Zero;
        var high = Vector128<ulong>.Zero;
        var blocks = (length + BlockLength - 1) / BlockLength;
        var power = key.Powers + ((Ghash.MaxGroup - 1 - blocks) * BlockLength);
        for (; length >= BlockLength; length -= BlockLength)
        {
            var input = Vector128.Load(source);
            var output = input ^ Vector128.Load(keyBlock);
            output.Store(destination);
            Ghash.MultiplyAdd(AesLanes.Reverse(seals ? output : input) ^ sum, Vector128.Load(power), ref low, ref middle, ref high);
            sum = Vector128<byte>.Zero;
            keyBlock += BlockLength;
            power += BlockLength;
            source += BlockLength;
            destination += BlockLength;
        }

        if (length > 0)
        {
            var input = PartialBlock.Load(source, length);
            var output = PartialBlock.Keep(input ^ Vector128.Load(keyBlock), length);
            PartialBlock.Store(output, destination, length);
            Ghash.MultiplyAdd(AesLanes.Reverse(seals ? output : input) ^ sum, Vector128.Load(power), ref low, ref middle, ref high);
            sum = Vector128<byte>.Zero;
            power += BlockLength;
        }

        Ghash.MultiplyAdd(lengths ^ sum, Vector128.Load(power), ref low, ref middle, ref high);
        return AesLanes.Reverse(Ghash.Reduce(low, middle, high)) ^ mask;
    }
}
