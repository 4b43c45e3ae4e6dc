namespace Sfu.Tests.Support.Network;

/// <summary>What became of the packets of a stream, by their extended sequence numbers.</summary>
internal sealed class StreamTally
{
    private readonly HashSet<long> _originals = [];
    private readonly HashSet<long> _repairs = [];
    private long _first = long.MaxValue;
    private long _last = -1;

    /// <summary>Packets that never came by themselves.</summary>
    public long Lost => Expected - _originals.Count;

    /// <summary>Of those, the ones that came again.</summary>
    public long Repaired => _repairs.Count(sequence => !_originals.Contains(sequence));

    /// <summary>Packets that came more often than was needed.</summary>
    public long Superfluous { get; private set; }

    private long Expected => _last < 0 ? 0 : _last - _first + 1;

    public void OnPacket(long sequence, bool isRepair)
    {
        _first = Math.Min(_first, sequence);
        _last = Math.Max(_last, sequence);
        var isNew = !_originals.Contains(sequence) && !_repairs.Contains(sequence);
        Superfluous += isNew ? 0 : 1;
        _ = isRepair ? _repairs.Add(sequence) : _originals.Add(sequence);
    }
}
