using Sfu.Media.Control;

namespace Sfu.Media.Remote;

/// <summary>
/// Handles of one kind on their way back to who hands them out, some at a time: a closing room gives back thousands. Those of a batch that is not
/// full stay until it is, and others are handed out meanwhile. Any thread.
/// </summary>
/// <param name="tell">Takes a batch, <see cref="Pack"/>ed. Called by who has filled it.</param>
internal sealed class FreedHandles(Action<ulong[]> tell)
{
    /// <summary>In a batch.</summary>
    public const int BatchSize = 64;

    private readonly Lock _lock = new();
    private readonly List<ulong> _waiting = new(BatchSize);

    public static ulong Pack(int slot, uint generation) => ((ulong)(uint)slot << 32) | generation;

    public static (int Slot, uint Generation) Unpack(ulong handle) => ((int)(handle >> 32), (uint)handle);

    public void Add(int slot, uint generation)
    {
        ulong[] batch;
        lock (_lock)
        {
            _waiting.Add(Pack(slot, generation));
            if (_waiting.Count < BatchSize)
            {
                return;
            }

            batch = [.. _waiting];
            _waiting.Clear();
        }

        tell(batch);
    }
}
