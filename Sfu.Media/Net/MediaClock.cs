using System.Diagnostics;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>The only reader of real clocks in the media plane. Any thread.</summary>
public static class MediaClock
{
    private static readonly long UnixOriginUs =
        ((DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) / 10) - (long)Stopwatch.GetElapsedTime(0).TotalMicroseconds;

    /// <summary>Monotonic time.</summary>
    public static MediaTime Now => new((long)((Int128)Stopwatch.GetTimestamp() * 1_000_000 / Stopwatch.Frequency));

    /// <summary>Microseconds since 1970 at monotonic time zero: adds up with a <see cref="MediaTime"/> to wall-clock time.</summary>
    public static long UnixOrigin => UnixOriginUs;
}
