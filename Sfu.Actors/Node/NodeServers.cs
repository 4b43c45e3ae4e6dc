using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Actors.Node;

/// <summary>
/// The book of a node's WebRtcServers, and of who waits for one to open or to close. A server is in it as long as its actor lives or its
/// sockets are open: those outlive the actor until the last transport has said goodbye. Does nothing itself.
/// </summary>
internal sealed class NodeServers
{
    private readonly Dictionary<ServerId, Entry> _entries = [];
    private readonly Dictionary<ServerHandle, Entry> _byHandle = [];
    private readonly Dictionary<IActorRef, Entry> _byActor = [];
    private readonly RecentIds _closed = new();
    private ImmutableArray<ServerId> _offered = [];

    /// <summary>The actors that live.</summary>
    public IReadOnlyCollection<IActorRef> Actors => [.. _entries.Values.Select(entry => entry.Actor).OfType<IActorRef>()];

    /// <summary>Servers whose sockets are not closed yet.</summary>
    public int OpenSockets => _byHandle.Count;

    /// <summary>
    /// Those that any transport may be made on: what is asked of one that is about to open waits until it is. The same object until it changes.
    /// </summary>
    public ImmutableArray<ServerId> Offered => _offered;

    public void Add(ServerId id, ServerHandle handle, IActorRef actor, ClosingSignal closing, PendingRequest? opener, bool isPrivate)
    {
        var entry = new Entry(id, handle, closing) { Actor = actor, Opener = opener };
        _entries.Add(id, entry);
        _byHandle.Add(handle, entry);
        _byActor.Add(actor, entry);
        if (!isPrivate)
        {
            _offered = _offered.Add(id);
        }
    }

    /// <summary>The server's actor has thrown, or was killed, and is about to be stopped with its transports.</summary>
    public void Failing(IActorRef actor) => Find(actor)?.Closing.Raise();

    /// <summary>All are about to close: the transports of none take the end of another's for their Producers'.</summary>
    public void AnnounceClosing()
    {
        foreach (var entry in _entries.Values)
        {
            entry.Closing.Raise();
        }
    }

    /// <summary>It is open, opening or closing.</summary>
    public bool Contains(ServerId id) => _entries.ContainsKey(id);

    /// <summary>It has no actor any more, but had one not long ago.</summary>
    public bool WasClosed(ServerId id) => _entries.TryGetValue(id, out var entry) ? entry.Actor is null : _closed.Contains(id.Value);

    public bool TryGetActor(ServerId id, [NotNullWhen(true)] out IActorRef? actor)
    {
        actor = _entries.GetValueOrDefault(id)?.Actor;
        return actor is not null;
    }

    /// <summary>The server is known, and <paramref name="waiter"/> hears when its sockets are closed.</summary>
    public bool TryAwaitClosing(ServerId id, PendingRequest waiter)
    {
        if (!_entries.TryGetValue(id, out var entry) || !HasSockets(entry))
        {
            return false;
        }

        entry.Closers.Add(waiter);
        return true;
    }

    /// <summary>The sockets are bound. Whoever asked for it is returned once.</summary>
    public PendingRequest? Opened(ServerHandle handle, out ServerId id)
    {
        var entry = Find(handle);
        var opener = entry?.Opener;
        id = entry?.Id ?? default;
        entry?.Opener = null;
        return opener;
    }

    /// <summary>The sockets are closed, or could not be opened. False: not known.</summary>
    /// <param name="handle">The server's.</param>
    /// <param name="error">What whoever asked for it hears.</param>
    /// <param name="id">Its name.</param>
    /// <param name="gone">Who is told, when nothing is left of the server: its name may be used again.</param>
    public bool Closed(ServerHandle handle, SfuError error, out ServerId id, out GoneServer? gone)
    {
        var entry = Find(handle);
        (id, gone) = (entry?.Id ?? default, null);
        if (entry is null)
        {
            return false;
        }

        _byHandle.Remove(handle);
        _offered = _offered.Remove(id);
        entry.Error = error;
        gone = ForgetWhenGone(entry);
        return true;
    }

    /// <summary>The actor has ended.</summary>
    /// <returns>Who is told, when nothing is left of the server.</returns>
    public GoneServer? ActorEnded(IActorRef actor)
    {
        if (!_byActor.Remove(actor, out var entry))
        {
            return null;
        }

        entry.Actor = null;
        _offered = _offered.Remove(entry.Id);
        return ForgetWhenGone(entry);
    }

    private Entry? Find(ServerHandle handle) => _byHandle.GetValueOrDefault(handle);

    private Entry? Find(IActorRef actor) => _byActor.GetValueOrDefault(actor);

    private bool HasSockets(Entry entry) => _byHandle.ContainsKey(entry.Handle);

    private GoneServer? ForgetWhenGone(Entry entry)
    {
        if (entry.Actor is not null || HasSockets(entry))
        {
            return null;
        }

        _entries.Remove(entry.Id);
        _closed.Add(entry.Id.Value);
        return new GoneServer(entry.Opener, [.. entry.Closers], entry.Error);
    }

    private sealed class Entry(ServerId id, ServerHandle handle, ClosingSignal closing)
    {
        public ClosingSignal Closing { get; } = closing;

        public ServerId Id { get; } = id;

        public ServerHandle Handle { get; } = handle;

        public IActorRef? Actor { get; set; }

        public SfuError? Error { get; set; }

        public PendingRequest? Opener { get; set; }

        public List<PendingRequest> Closers { get; } = [];
    }
}

/// <summary>Who waited for a server that is gone.</summary>
/// <param name="Opener">Asked for it and never saw it open.</param>
/// <param name="Closers">Asked for its end.</param>
/// <param name="Error">Why it is gone.</param>
internal sealed record GoneServer(PendingRequest? Opener, ImmutableArray<PendingRequest> Closers, SfuError? Error);
