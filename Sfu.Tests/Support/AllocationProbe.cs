namespace Sfu.Tests.Support;

/// <summary>
/// Measures what the calling thread allocates. What happens once, a table that grows or code that the runtime prepares, is no cost of what is measured:
/// that would show in every window.
/// </summary>
internal static class AllocationProbe
{
    private const int Windows = 5;

    /// <summary>Runs the action to warm up, then under measurement.</summary>
    /// <param name="action">Is told how often it was run.</param>
    /// <param name="rounds">Of the warm-up, and of each window.</param>
    /// <returns>Bytes allocated in the window that allocated least.</returns>
    public static long Measure(Action<int> action, int rounds = 2000)
    {
        var round = 0;
        Run();
        return Least(Run);

        void Run()
        {
            for (var end = round + rounds; round < end; round++)
            {
                action(round);
            }
        }
    }

    /// <summary>Measures some windows, or as many as it takes for one to allocate nothing.</summary>
    /// <returns>Bytes allocated in the window that allocated least.</returns>
    public static long Least(Action window)
    {
        var least = long.MaxValue;
        for (var i = 0; i < Windows && least > 0; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            window();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
