using System.Runtime.InteropServices;

namespace Sfu.Media.Buffers;

/// <summary>Where the two threads of a <see cref="SpscRing{T}"/> stand. Each side's own share no cache line with the other's.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct RingPositions
{
    /// <summary>The writer's.</summary>
    [FieldOffset(64)]
    public long Written;

    /// <summary>The writer's: how far it knows the reader to be.</summary>
    [FieldOffset(72)]
    public long ReadAsSeen;

    /// <summary>The reader's.</summary>
    [FieldOffset(128)]
    public long Read;

    /// <summary>The reader's: how far it knows the writer to be.</summary>
    [FieldOffset(136)]
    public long WrittenAsSeen;
}
