using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>The peers of a Router, by id and by session. Does nothing itself.</summary>
internal sealed class RouterPeers
{
    private readonly Dictionary<PeerId, Entry> _entries = [];
    private readonly Chains<IActorRef, Entry> _ofSession = new(static (Entry entry) => ref entry.OfSession);
    private ImmutableArray<PeerRecord> _all = [];

    public int Count => _entries.Count;

    /// <summary>Each transport's creation takes this along: put together once per change, not once per transport.</summary>
    public ImmutableArray<PeerRecord> All => _all.IsDefault ? _all = [.. _entries.Values.Select(entry => entry.Record)] : _all;

    /// <summary>See <see cref="Chains{TKey,TItem}.Visits"/>.</summary>
    public long Visits => _ofSession.Visits;

    public PeerRecord? Find(PeerId id) => _entries.GetValueOrDefault(id)?.Record;

    public bool Has(IActorRef session) => _ofSession.Contains(session);

    public ImmutableArray<PeerRecord> Of(IActorRef session) => _ofSession.Of(session, static entry => entry.Record);

    public void Put(PeerRecord peer)
    {
        var id = peer.Info.PeerId;
        _all = default;
        if (_entries.TryGetValue(id, out var entry))
        {
            _ofSession.Remove(entry.Record.Session, entry);
            entry.Record = peer;
        }
        else
        {
            entry = new Entry { Record = peer };
            _entries.Add(id, entry);
        }

        _ofSession.Add(peer.Session, entry);
    }

    public void Remove(PeerId id)
    {
        if (_entries.Remove(id, out var entry))
        {
            _all = default;
            _ofSession.Remove(entry.Record.Session, entry);
        }
    }

    private sealed class Entry
    {
        public required PeerRecord Record;
        public Chains<IActorRef, Entry>.Link OfSession;
    }
}
