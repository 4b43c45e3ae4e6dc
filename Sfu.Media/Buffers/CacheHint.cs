using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sfu.Media.Buffers;

/// <summary>Asks the processor for memory that will be needed soon. A hint: it changes nothing, and a wrong one harms nothing.</summary>
internal static unsafe class CacheHint
{
    private const int LineBytes = 64;

    /// <summary>The first <paramref name="lines"/> cache lines of an object.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Object(object? item, int lines = 1)
    {
        if (Sse.IsSupported && item is not null)
        {
            // The address may be stale as soon as it is known, since the collector moves objects: then a line is fetched for nothing.
            var address = *(byte**)Unsafe.AsPointer(ref item);
            for (var i = 0; i < lines; i++)
            {
                Sse.Prefetch0(address + (i * LineBytes));
            }
        }
    }

    /// <summary>The cache line of a value, and those behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line<T>(ref T value, int lines = 1) => Native(Unsafe.AsPointer(ref value), lines);

    /// <summary>Lines of native memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Native(void* address, int lines)
    {
        if (Sse.IsSupported)
        {
            for (var i = 0; i < lines; i++)
            {
                Sse.Prefetch0((byte*)address + (i * LineBytes));
            }
        }
    }
}
