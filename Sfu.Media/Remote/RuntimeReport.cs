using System.Runtime.InteropServices;

namespace Sfu.Media.Remote;

/// <summary>What a process costs.</summary>
/// <param name="Runtime">For instance <c>.NET 10.0.1</c>.</param>
/// <param name="AllocatedBytes">By managed code since the start.</param>
/// <param name="Gen0Collections">Since the start, those of higher generations included.</param>
/// <param name="Gen1Collections">The same.</param>
/// <param name="Gen2Collections">The same.</param>
/// <param name="PauseMs">All that the collector has stopped the process for.</param>
/// <param name="HeapBytes">Managed heap, garbage included.</param>
/// <param name="ResidentBytes">Physical memory of the process.</param>
public sealed record RuntimeReport(
    string Runtime, long AllocatedBytes, int Gen0Collections, int Gen1Collections, int Gen2Collections, double PauseMs, long HeapBytes, long ResidentBytes)
{
    /// <summary>The media plane's process, where that is another one.</summary>
    public RuntimeReport? MediaProcess { get; init; }

    /// <param name="collect">After a full, compacting collection: what is left is alive.</param>
    public static RuntimeReport OfThisProcess(bool collect)
    {
        if (collect)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        }

        return new RuntimeReport(
            RuntimeInformation.FrameworkDescription,
            GC.GetTotalAllocatedBytes(precise: true),
            GC.CollectionCount(0),
            GC.CollectionCount(1),
            GC.CollectionCount(2),
            GC.GetTotalPauseDuration().TotalMilliseconds,
            GC.GetTotalMemory(forceFullCollection: false),
            Environment.WorkingSet);
    }
}
