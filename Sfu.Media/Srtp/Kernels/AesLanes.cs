using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using AesNi = System.Runtime.Intrinsics.X86.Aes;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>
/// AES on several independent blocks at a time: the rounds of one block wait for each other, those of eight keep the processor's
/// AES units busy. Counters are kept with their bytes reversed, where the block counter is the lowest 32-bit element.
/// </summary>
internal static unsafe class AesLanes
{
    public const int Count = 8;

    /// <summary>Bytes of as many blocks as there are lanes.</summary>
    public const int BatchLength = Count * AesSchedule.BlockLength;

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
        var key = Vector128.Load(schedule);
        k0 = Reverse(counter) ^ key;
        k1 = Reverse(Advance(counter, 1)) ^ key;
        k2 = Reverse(Advance(counter, 2)) ^ key;
        k3 = Reverse(Advance(counter, 3)) ^ key;
        k4 = Reverse(Advance(counter, 4)) ^ key;
        k5 = Reverse(Advance(counter, 5)) ^ key;
        k6 = Reverse(Advance(counter, 6)) ^ key;
        k7 = Reverse(Advance(counter, 7)) ^ key;
        var last = schedule + (rounds * AesSchedule.BlockLength);
        for (schedule += AesSchedule.BlockLength; schedule < last; schedule += AesSchedule.BlockLength)
        {
            key = Vector128.Load(schedule);
            k0 = AesNi.Encrypt(k0, key);
            k1 = AesNi.Encrypt(k1, key);
            k2 = AesNi.Encrypt(k2, key);
            k3 = AesNi.Encrypt(k3, key);
            k4 = AesNi.Encrypt(k4, key);
            k5 = AesNi.Encrypt(k5, key);
            k6 = AesNi.Encrypt(k6, key);
            k7 = AesNi.Encrypt(k7, key);
        }

        key = Vector128.Load(last);
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
