namespace Sfu.Media.Rtp;

/// <summary>Conversion between microseconds and the timestamp units of an RTP clock, without overflow for any time that a process
/// lives.</summary>
internal static class RtpClock
{
    /// <returns>Rounded down.</returns>
    public static long ToUnits(long us, int clockRate)
    {
        var (seconds, rest) = Math.DivRem(us, 1_000_000);
        return (seconds * clockRate) + (rest * clockRate / 1_000_000);
    }

    public static long ToUs(long units, int clockRate)
    {
        var (seconds, rest) = Math.DivRem(units, clockRate);
        return (seconds * 1_000_000) + (rest * 1_000_000 / clockRate);
    }
}
