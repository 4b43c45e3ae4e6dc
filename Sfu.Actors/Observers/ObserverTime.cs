using Sfu.Media.Wire;

namespace Sfu.Actors.Observers;

/// <summary>The scheduler's clock as the algorithms want it.</summary>
internal static class ObserverTime
{
    public static MediaTime ToMediaTime(this TimeSpan now) => MediaTime.Zero.PlusUs(now.Ticks / TimeSpan.TicksPerMicrosecond);
}
