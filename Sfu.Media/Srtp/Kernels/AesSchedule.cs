using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using AesNi = System.Runtime.Intrinsics.X86.Aes;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>The AES key expansion (FIPS 197 §5.2) by AES-NI, whose time does not depend on the key.</summary>
internal static unsafe class AesSchedule
{
    public const int BlockLength = 16;

    /// <summary>Rounds for a key of 16 or 32 bytes. There is one round key more.</summary>
    public static int Rounds(int keyLength) => keyLength switch
    {
        16 => 10,
        32 => 14,
        _ => throw new ArgumentOutOfRangeException(nameof(keyLength), keyLength, "AES keys have 16 or 32 bytes here."),
    };

    /// <summary>Bytes of all round keys for a key of 16 or 32 bytes.</summary>
    public static int Length(int keyLength) => (Rounds(keyLength) + 1) * BlockLength;

    /// <param name="key">16 or 32 bytes.</param>
    /// <param name="schedule">Takes <see cref="Length"/> bytes.</param>
    public static void Expand(ReadOnlySpan<byte> key, byte* schedule)
    {
        Debug.Assert(key.Length is 16 or 32, "Rounds has checked the length.");
        if (key.Length == 16)
        {
            Expand128(Vector128.Create(key), schedule);
        }
        else
        {
            Expand256(Vector128.Create(key[..16]), Vector128.Create(key[16..]), schedule);
        }
    }

    private static void Expand128(Vector128<byte> key, byte* schedule)
    {
        key.Store(schedule);
        key = Next(key, AesNi.KeygenAssist(key, 0x01), schedule + 16);
        key = Next(key, AesNi.KeygenAssist(key, 0x02), schedule + 32);
        key = Next(key, AesNi.KeygenAssist(key, 0x04), schedule + 48);
        key = Next(key, AesNi.KeygenAssist(key, 0x08), schedule + 64);
        key = Next(key, AesNi.KeygenAssist(key, 0x10), schedule + 80);
        key = Next(key, AesNi.KeygenAssist(key, 0x20), schedule + 96);
        key = Next(key, AesNi.KeygenAssist(key, 0x40), schedule + 112);
        key = Next(key, AesNi.KeygenAssist(key, 0x80), schedule + 128);
        key = Next(key, AesNi.KeygenAssist(key, 0x1B), schedule + 144);
        Next(key, AesNi.KeygenAssist(key, 0x36), schedule + 160);
    }

    // Even round keys take the rotated and substituted last word, odd ones the substituted word alone.
    private static void Expand256(Vector128<byte> even, Vector128<byte> odd, byte* schedule)
    {
        even.Store(schedule);
        odd.Store(schedule + 16);
        even = Next(even, AesNi.KeygenAssist(odd, 0x01), schedule + 32);
        odd = NextOdd(odd, AesNi.KeygenAssist(even, 0), schedule + 48);
        even = Next(even, AesNi.KeygenAssist(odd, 0x02), schedule + 64);
        odd = NextOdd(odd, AesNi.KeygenAssist(even, 0), schedule + 80);
        even = Next(even, AesNi.KeygenAssist(odd, 0x04), schedule + 96);
        odd = NextOdd(odd, AesNi.KeygenAssist(even, 0), schedule + 112);
        even = Next(even, AesNi.KeygenAssist(odd, 0x08), schedule + 128);
        odd = NextOdd(odd, AesNi.KeygenAssist(even, 0), schedule + 144);
        even = Next(even, AesNi.KeygenAssist(odd, 0x10), schedule + 160);
        odd = NextOdd(odd, AesNi.KeygenAssist(even, 0), schedule + 176);
        even = Next(even, AesNi.KeygenAssist(odd, 0x20), schedule + 192);
        odd = NextOdd(odd, AesNi.KeygenAssist(even, 0), schedule + 208);
        Next(even, AesNi.KeygenAssist(odd, 0x40), schedule + 224);
    }

    private static Vector128<byte> Next(Vector128<byte> key, Vector128<byte> assist, byte* schedule) =>
        Mix(key, Sse2.Shuffle(assist.AsUInt32(), 0b11_11_11_11).AsByte(), schedule);

    private static Vector128<byte> NextOdd(Vector128<byte> key, Vector128<byte> assist, byte* schedule) =>
        Mix(key, Sse2.Shuffle(assist.AsUInt32(), 0b10_10_10_10).AsByte(), schedule);

    // Each word of a round key is the word before it xor the word in its place one key earlier.
    private static Vector128<byte> Mix(Vector128<byte> key, Vector128<byte> word, byte* schedule)
    {
        key ^= Sse2.ShiftLeftLogical128BitLane(key, 4);
        key ^= Sse2.ShiftLeftLogical128BitLane(key, 8);
        key ^= word;
        key.Store(schedule);
        return key;
    }
}
