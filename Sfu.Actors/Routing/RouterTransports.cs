using System.Collections.Immutable;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>The transports of a Router, by id and by peer. Does nothing itself.</summary>
internal sealed class RouterTransports
{
    private readonly Dictionary<TransportId, Entry> _entries = [];
    private readonly Chains<PeerId, Entry> _ofPeer = new(static (Entry entry) => ref entry.OfPeer);
    private long _visits;

    public int Count => _entries.Count;

    /// <summary>For snapshots, dumps and the end of a branch.</summary>
    public IEnumerable<TransportEntry> All
    {
        get
        {
            foreach (var entry in _entries.Values)
            {
                _visits++;
                yield return entry.Transport;
            }
        }
    }

    /// <summary>See <see cref="Chains{TKey,TItem}.Visits"/>.</summary>
    public long Visits => _visits + _ofPeer.Visits;

    public TransportEntry? Find(TransportId id) => _entries.GetValueOrDefault(id)?.Transport;

    public ImmutableArray<TransportEntry> Of(PeerId peer) => _ofPeer.Of(peer, static entry => entry.Transport);

    /// <summary>Adds a transport, or takes the place of the one of its id.</summary>
    public void Put(TransportEntry transport)
    {
        if (_entries.TryGetValue(transport.Record.TransportId, out var entry) && entry.Transport.Record.PeerId == transport.Record.PeerId)
        {
            entry.Transport = transport;
            return;
        }

        Remove(transport.Record.TransportId);
        entry = new Entry { Transport = transport };
        _entries.Add(transport.Record.TransportId, entry);
        if (transport.Record.PeerId is { } peer)
        {
            _ofPeer.Add(peer, entry);
        }
    }

    /// <summary>False when it was not there.</summary>
    public bool Remove(TransportId id)
    {
        if (!_entries.Remove(id, out var entry))
        {
            return false;
        }

        if (entry.Transport.Record.PeerId is { } peer)
        {
            _ofPeer.Remove(peer, entry);
        }

        return true;
    }

    private sealed class Entry
    {
        public required TransportEntry Transport;
        public Chains<PeerId, Entry>.Link OfPeer;
    }
}
