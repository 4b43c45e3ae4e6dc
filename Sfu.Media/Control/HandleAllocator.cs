using System.Collections.Concurrent;

namespace Sfu.Media.Control;

/// <summary>Hands out slots with generations. Any thread. A slot comes back, with the next generation, when its object is gone.</summary>
internal sealed class HandleAllocator
{
    private readonly ConcurrentQueue<(int Slot, uint Generation)> _free = new();
    private int _next = -1;

    public (int Slot, uint Generation) Allocate() => _free.TryDequeue(out var free) ? free : (Interlocked.Increment(ref _next), 1);

    public void Free(int slot, uint generation) => _free.Enqueue((slot, unchecked(generation + 1)));
}
