using System.Diagnostics;
using Sfu.Media.Wire;

namespace Sfu.Media.Net;

/// <summary>The only reader of real clocks in the media plane. Any thread.</summary>
public static class MediaClock
{
    private const long NtpEpochOffsetSeconds = 2_208_988_800;

    private static readonly long UnixOriginUs =
        ((DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) / 10) - (long)Stopwatch.GetElapsedTime(0).TotalMicroseconds;

    /// <summary>Monotonic time.</summary>
    public static MediaTime Now => new((long)((Int128)Stopwatch.GetTimestamp() * 1_000_000 / Stopwatch.Frequency));

    /// <summary>Microseconds since 1970 at monotonic time zero: adds up with a <see cref="MediaTime"/> to wall-clock time.</summary>
    public static long UnixOrigin => UnixOriginUs;

    /// <summary>Microseconds since 1900 at monotonic time zero, the origin of NTP time stamps (RFC 5905 §6).</summary>
    public static long NtpOrigin => UnixOriginUs + (NtpEpochOffsetSeconds * 1_000_000);
}
