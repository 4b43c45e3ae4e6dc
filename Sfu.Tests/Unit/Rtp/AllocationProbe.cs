namespace Sfu.Tests.Unit.Rtp;

/// <summary>Measures what the calling thread allocates.</summary>
internal static class AllocationProbe
{
    /// <summary>Runs the action to warm up, then again under measurement.</summary>
    /// <returns>Bytes allocated in the second run.</returns>
    public static long Measure(Action<int> action, int rounds = 2000)
    {
        for (var i = 0; i < rounds; i++)
        {
            action(i);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = rounds; i < 2 * rounds; i++)
        {
            action(i);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
