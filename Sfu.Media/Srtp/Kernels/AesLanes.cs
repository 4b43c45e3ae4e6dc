using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using AesNi = System.Runtime.Intrinsics.X86.Aes;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>
/// AES on several independent blocks at a time: the rounds of one block wait for each other, those of eight keep the processor's
/// AES units busy. The rounds stand one behind the other, because a loop around so few instructions costs half of them again.
/// Counters are kept with their bytes reversed, where the block counter is the lowest 32-bit element.
/// </summary>
internal static unsafe class AesLanes
{
    public const int Count = 8;

    /// <summary>Bytes of as many blocks as there are lanes.</summary>
    public const int BatchLength = Count * AesSchedule.BlockLength;

    /// <summary>Rounds of AES-128; longer keys take more.</summary>
    public const int MinRounds = 10;

    /// <summary>Reverses the bytes of a block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Reverse(Vector128<byte> block) =>
        Ssse3.Shuffle(block, Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));

    /// <summary>The counter block that comes <paramref name="blocks"/> later.</summary>
    /// <param name="counter">Reversed.</param>
    /// <param name="blocks">How far to count.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Advance(Vector128<byte> counter, uint blocks) =>
        (counter.AsUInt32() + Vector128.CreateScalar(blocks)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Encrypt(byte* schedule, int rounds, Vector128<byte> block)
    {
        block ^= Vector128.Load(schedule);
        var last = schedule + (rounds * AesSchedule.BlockLength);
        for (schedule += AesSchedule.BlockLength; schedule < last; schedule += AesSchedule.BlockLength)
        {
            block = AesNi.Encrypt(block, Vector128.Load(schedule));
        }

        return AesNi.EncryptLast(block, Vector128.Load(last));
    }

    /// <summary>The key stream of eight blocks.</summary>
    /// <param name="schedule">Round keys.</param>
    /// <param name="rounds">10 or 14.</param>
    /// <param name="counter">The first counter block, reversed.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void KeyStream(
        byte* schedule,
        int rounds,
        Vector128<byte> counter,
        out Vector128<byte> k0,
        out Vector128<byte> k1,
        out Vector128<byte> k2,
        out Vector128<byte> k3,
        out Vector128<byte> k4,
        out Vector128<byte> k5,
        out Vector128<byte> k6,
        out Vector128<byte> k7)
    {
        Begin(schedule, counter, out k0, out k1, out k2, out k3, out k4, out k5, out k6, out k7);
        Round(schedule + 16, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
        Round(schedule + 32, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
        Round(schedule + 48, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
        Round(schedule + 64, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
        Round(schedule + 80, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
        Round(schedule + 96, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
        Round(schedule + 112, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
        Round(schedule + 128, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
        Round(schedule + 144, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
        End(schedule, rounds, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
    }

    /// <summary>Eight counter blocks under the first round key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Begin(
        byte* schedule,
        Vector128<byte> counter,
        out Vector128<byte> k0,
        out Vector128<byte> k1,
        out Vector128<byte> k2,
        out Vector128<byte> k3,
        out Vector128<byte> k4,
        out Vector128<byte> k5,
        out Vector128<byte> k6,
        out Vector128<byte> k7)
    {
        var key = Vector128.Load(schedule);
        k0 = Reverse(counter) ^ key;
        k1 = Reverse(Advance(counter, 1)) ^ key;
        k2 = Reverse(Advance(counter, 2)) ^ key;
        k3 = Reverse(Advance(counter, 3)) ^ key;
        k4 = Reverse(Advance(counter, 4)) ^ key;
        k5 = Reverse(Advance(counter, 5)) ^ key;
        k6 = Reverse(Advance(counter, 6)) ^ key;
        k7 = Reverse(Advance(counter, 7)) ^ key;
    }

    /// <summary>One round, for which <paramref name="key"/> points to the round key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Round(
        byte* key,
        ref Vector128<byte> k0,
        ref Vector128<byte> k1,
        ref Vector128<byte> k2,
        ref Vector128<byte> k3,
        ref Vector128<byte> k4,
        ref Vector128<byte> k5,
        ref Vector128<byte> k6,
        ref Vector128<byte> k7)
    {
        var roundKey = Vector128.Load(key);
        k0 = AesNi.Encrypt(k0, roundKey);
        k1 = AesNi.Encrypt(k1, roundKey);
        k2 = AesNi.Encrypt(k2, roundKey);
        k3 = AesNi.Encrypt(k3, roundKey);
        k4 = AesNi.Encrypt(k4, roundKey);
        k5 = AesNi.Encrypt(k5, roundKey);
        k6 = AesNi.Encrypt(k6, roundKey);
        k7 = AesNi.Encrypt(k7, roundKey);
    }

    /// <summary>What follows nine rounds: four more with AES-256, and the last.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void End(
        byte* schedule,
        int rounds,
        ref Vector128<byte> k0,
        ref Vector128<byte> k1,
        ref Vector128<byte> k2,
        ref Vector128<byte> k3,
        ref Vector128<byte> k4,
        ref Vector128<byte> k5,
        ref Vector128<byte> k6,
        ref Vector128<byte> k7)
    {
        if (rounds > MinRounds)
        {
            Round(schedule + 160, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
            Round(schedule + 176, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
            Round(schedule + 192, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
            Round(schedule + 208, ref k0, ref k1, ref k2, ref k3, ref k4, ref k5, ref k6, ref k7);
        }

        var key = Vector128.Load(schedule + (rounds * AesSchedule.BlockLength));
        k0 = AesNi.EncryptLast(k0, key);
        k1 = AesNi.EncryptLast(k1, key);
        k2 = AesNi.EncryptLast(k2, key);
        k3 = AesNi.EncryptLast(k3, key);
        k4 = AesNi.EncryptLast(k4, key);
        k5 = AesNi.EncryptLast(k5, key);
        k6 = AesNi.EncryptLast(k6, key);
        k7 = AesNi.EncryptLast(k7, key);
    }
}
