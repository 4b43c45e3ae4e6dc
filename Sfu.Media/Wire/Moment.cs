namespace Sfu.Media.Wire;

/// <summary>
/// A time in 32 bits, in units of 16 µs modulo 19 hours: for what is remembered for seconds, by the thousand. 0 is no time.
/// </summary>
internal static class Moment
{
    private const int Shift = 4;

    public static uint Of(MediaTime time)
    {
        var moment = (uint)(time.Us >> Shift);
        return moment == 0 ? 1 : moment;
    }

    /// <summary>From an earlier or later time of which only the moment is known to another one; within nine hours of each other.</summary>
    public static long UsSince(uint moment, MediaTime now) => (long)(int)(Of(now) - moment) << Shift;
}
