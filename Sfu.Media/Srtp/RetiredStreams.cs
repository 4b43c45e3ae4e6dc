namespace Sfu.Media.Srtp;

/// <summary>
/// Remembers where removed streams ended. The keys outlive a stream, so that an SSRC that comes back must not start at index zero
/// again: a sender would use an IV twice, a receiver would take old packets for new. Bounded: the oldest are forgotten.
/// One thread at a time.
/// </summary>
internal sealed class RetiredStreams
{
    /// <summary>Removed SSRCs to remember.</summary>
    public const int Capacity = 16384;

    private readonly Dictionary<uint, RetiredIndexes> _bySsrc = [];
    private readonly Queue<uint> _oldestFirst = new();

    public void Add(uint ssrc, RetiredIndexes indexes)
    {
        if (!_bySsrc.ContainsKey(ssrc))
        {
            if (_oldestFirst.Count == Capacity)
            {
                _bySsrc.Remove(_oldestFirst.Dequeue());
            }

            _oldestFirst.Enqueue(ssrc);
        }

        _bySsrc[ssrc] = indexes;
    }

    public RetiredIndexes Find(uint ssrc) => _bySsrc.TryGetValue(ssrc, out var indexes) ? indexes : RetiredIndexes.None;
}
