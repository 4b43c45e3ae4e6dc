using System.Collections.Concurrent;

namespace Sfu.Media.Control;

/// <summary>Hands out slots with generations. Any thread. A slot comes back, with the next generation, when its object is gone.</summary>
/// <param name="elsewhere">Told of what comes back, where slots are handed out by another allocator; null: by this one.</param>
internal sealed class HandleAllocator(Action<int, uint>? elsewhere = null)
{
    private readonly ConcurrentQueue<(int Slot, uint Generation)> _free = new();
    private int _next = -1;

    public (int Slot, uint Generation) Allocate() => _free.TryDequeue(out var free) ? free : (Interlocked.Increment(ref _next), 1);

    public void Free(int slot, uint generation)
    {
        if (elsewhere is null)
        {
            _free.Enqueue((slot, unchecked(generation + 1)));
        }
        else
        {
            elsewhere(slot, generation);
        }
    }
}
