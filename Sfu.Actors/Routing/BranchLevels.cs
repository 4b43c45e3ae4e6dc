using System.Collections.Immutable;
using Sfu.Actors.Bridge;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>What a branch knows of loudness: whose is measured here, and what waits for the next report. Does nothing itself.</summary>
internal sealed class BranchLevels
{
    private readonly HashSet<ProducerId> _measured = [];
    private readonly Dictionary<ProducerId, ImmutableArray<byte>> _waiting = [];

    /// <summary>There is something to report.</summary>
    public bool Wait => _waiting.Count > 0;

    public void Measure(ProducerId id, bool measure)
    {
        if (measure)
        {
            _measured.Add(id);
        }
        else
        {
            Forget(id);
        }
    }

    public void Forget(ProducerId id)
    {
        _measured.Remove(id);
        _waiting.Remove(id);
    }

    public void Add(ImmutableArray<ProducerLevels> levels)
    {
        foreach (var (id, more) in levels)
        {
            if (_measured.Contains(id))
            {
                var all = _waiting.TryGetValue(id, out var former) ? former.AddRange(more) : more;
                _waiting[id] = all.Length <= LevelNews.MaxLevels ? all : all[^LevelNews.MaxLevels..];
            }
        }
    }

    public ImmutableArray<ProducerLevels> Take()
    {
        ImmutableArray<ProducerLevels> taken = [.. _waiting.Select(entry => new ProducerLevels(entry.Key, entry.Value))];
        _waiting.Clear();
        return taken;
    }

    /// <summary>Another Router than the one that wanted it: nobody wants it any more.</summary>
    public ImmutableArray<ProducerId> TakeMeasured()
    {
        ImmutableArray<ProducerId> measured = [.. _measured];
        _measured.Clear();
        _waiting.Clear();
        return measured;
    }
}
