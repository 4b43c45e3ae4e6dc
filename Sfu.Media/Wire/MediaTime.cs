using System.Globalization;

namespace Sfu.Media.Wire;

/// <summary>
/// A point on the media plane's monotonic clock, in microseconds since an arbitrary origin. Protocol code takes it as an
/// argument and never reads a clock itself, so that tests replay minutes in milliseconds.
/// </summary>
public readonly record struct MediaTime(long Us) : IComparable<MediaTime>
{
    public static readonly MediaTime Zero;

    /// <summary>Later than every other time: the deadline of a timer that is not set.</summary>
    public static readonly MediaTime Never = new(long.MaxValue);

    public static MediaTime FromMilliseconds(long ms) => new(ms * 1000);

    public static MediaTime FromSeconds(long seconds) => new(seconds * 1_000_000);

    public MediaTime PlusUs(long us) => this == Never ? Never : new(Us + us);

    public MediaTime PlusMs(long ms) => PlusUs(ms * 1000);

    /// <summary>
    /// This time or the next one on a beat that all who ask share. What is in no hurry is due on it: of many transports it is then done in
    /// one go, and a thread wakes once for it.
    /// </summary>
    /// <param name="beatUs">Between one and the next, in microseconds.</param>
    public MediaTime OnBeat(long beatUs) => this == Never ? Never : new((Us + beatUs - 1) / beatUs * beatUs);

    /// <summary>Microseconds from <paramref name="earlier"/> to this time; negative when it lies later.</summary>
    public long UsSince(MediaTime earlier) => Us - earlier.Us;

    public long MsSince(MediaTime earlier) => (Us - earlier.Us) / 1000;

    public int CompareTo(MediaTime other) => Us.CompareTo(other.Us);

    public static bool operator <(MediaTime a, MediaTime b) => a.Us < b.Us;

    public static bool operator >(MediaTime a, MediaTime b) => a.Us > b.Us;

    public static bool operator <=(MediaTime a, MediaTime b) => a.Us <= b.Us;

    public static bool operator >=(MediaTime a, MediaTime b) => a.Us >= b.Us;

    public static MediaTime Min(MediaTime a, MediaTime b) => a <= b ? a : b;

    public override string ToString() => this == Never ? "never" : string.Create(CultureInfo.InvariantCulture, $"{Us / 1000.0:0.000} ms");
}
