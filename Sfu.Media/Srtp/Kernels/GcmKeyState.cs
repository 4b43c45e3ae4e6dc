using System.Runtime.Intrinsics;

namespace Sfu.Media.Srtp.Kernels;

/// <summary>Where a prepared AES-GCM key lies: powers of H and round keys, one behind the other.</summary>
internal readonly unsafe struct GcmKeyState
{
    // H⁸ begins a cache line.
    private const int PowersOffset = 64 - AesSchedule.BlockLength;
    private const int ScheduleOffset = PowersOffset + Ghash.PowersLength;

    /// <summary>Prepares a key.</summary>
    /// <param name="key">16 or 32 bytes.</param>
    /// <param name="memory">At least <see cref="Length"/> bytes.</param>
    public GcmKeyState(ReadOnlySpan<byte> key, byte* memory)
    {
        Powers = memory + PowersOffset;
        Schedule = memory + ScheduleOffset;
        Rounds = AesSchedule.Rounds(key.Length);
        AesSchedule.Expand(key, Schedule);
        Ghash.Prepare(AesLanes.Encrypt(Schedule, Rounds, Vector128<byte>.Zero), Powers);
    }

    /// <summary>H⁹ … H¹.</summary>
    public byte* Powers { get; }

    /// <summary>Round keys.</summary>
    public byte* Schedule { get; }

    public int Rounds { get; }

    /// <summary>Bytes of a prepared key.</summary>
    public static int Length(int keyLength) => ScheduleOffset + AesSchedule.Length(keyLength);
}
