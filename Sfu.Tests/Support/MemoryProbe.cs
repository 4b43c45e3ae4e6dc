using System.Runtime.InteropServices;

namespace Sfu.Tests.Support;

/// <summary>Measures what objects hold: managed bytes after a full collection, and native bytes by the C library's own books.</summary>
/// <remarks>
/// Good only while nothing else runs, and as the mean over hundreds of objects. The JIT takes and frees native memory when it likes,
/// megabytes at a time: of several measurements the median is right.
/// </remarks>
internal static partial class MemoryProbe
{
    /// <summary>Others of the process allocate and free meanwhile.</summary>
    private const int Rounds = 7;

    private static readonly bool CanCountNative =
        NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, "mallinfo2", out _);

    /// <summary>What is held now.</summary>
    public static (long Managed, long Native) Held()
    {
        // Twice: what finalizers let go of is collected by the second.
        for (var i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return (GC.GetTotalMemory(forceFullCollection: true), CanCountNative ? NativeBytes() : 0);
    }

    /// <summary>The median of several rounds, of each of two numbers.</summary>
    public static async Task<(long One, long Other)> MedianAsync(Func<Task<(long One, long Other)>> round)
    {
        var rounds = new (long One, long Other)[Rounds];
        for (var i = 0; i < rounds.Length; i++)
        {
            rounds[i] = await round();
        }

        return (rounds.Select(static r => r.One).Order().ElementAt(Rounds / 2), rounds.Select(static r => r.Other).Order().ElementAt(Rounds / 2));
    }

    /// <summary>The mean object between two measurements. Without glibc, native bytes count as none.</summary>
    public static (long Managed, long Native) Mean((long Managed, long Native) less, (long Managed, long Native) more, int count) =>
        ((more.Managed - less.Managed) / count, (more.Native - less.Native) / count);

    private static long NativeBytes()
    {
        var info = MallInfo();
        return (long)(info.UsedBytes + info.MappedBytes);
    }

    [LibraryImport("libc.so.6", EntryPoint = "mallinfo2")]
    private static partial MallInfo2 MallInfo();

    /// <summary><c>struct mallinfo2</c> of malloc.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct MallInfo2
    {
        public nuint ArenaBytes;
        public nuint FreeChunks;
        public nuint FastChunks;
        public nuint MappedRegions;
        public nuint MappedBytes;
        public nuint Unused;
        public nuint FastBytes;
        public nuint UsedBytes;
        public nuint FreeBytes;
        public nuint TrimmableBytes;
    }
}
