namespace Sfu.Tests.Fuzz;

/// <summary>SplitMix64: fast, and the same on each machine for the same seed.</summary>
internal struct FuzzRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E37_79B9_7F4A_7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }

    /// <param name="limit">At least 1.</param>
    public int Next(int limit) => (int)((Next() >> 32) * (uint)limit >> 32);
}
