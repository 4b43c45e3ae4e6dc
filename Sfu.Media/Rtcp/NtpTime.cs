namespace Sfu.Media.Rtcp;

/// <summary>A 64-bit NTP timestamp: seconds since 1900 in the upper half, binary fraction in the lower (RFC 3550 §4).</summary>
public readonly record struct NtpTime(ulong Value)
{
    private const long SecondsFrom1900To1970 = 2_208_988_800;

    /// <summary>The middle 32 bits, in units of 1/65536 s: LSR and LRR.</summary>
    public uint Compact => (uint)(Value >> 16);

    /// <param name="us">Microseconds since 1970, not negative.</param>
    public static NtpTime FromUnixMicroseconds(long us)
    {
        var (seconds, fraction) = Math.DivRem(us, 1_000_000);
        return new NtpTime(((ulong)(seconds + SecondsFrom1900To1970) << 32) | (((ulong)fraction << 32) / 1_000_000));
    }

    /// <summary>Microseconds from <paramref name="earlier"/> to this time; negative when it lies later.</summary>
    public long UsSince(NtpTime earlier)
    {
        var difference = (Int128)(long)(Value - earlier.Value) * 1_000_000;
        return (long)(difference >> 32);
    }

    public NtpTime PlusUs(long us) => new(Value + (ulong)(long)(((Int128)us << 32) / 1_000_000));
}
