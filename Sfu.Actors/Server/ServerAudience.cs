using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;

namespace Sfu.Actors.Server;

/// <summary>
/// The transports of a WebRtcServer and who is told of them: each transport that has been announced is taken back once. Does nothing
/// itself.
/// </summary>
internal sealed class ServerAudience(ServerId id)
{
    private readonly List<IActorRef> _subscribers = [];
    private readonly Dictionary<IActorRef, Transport> _transports = [];

    /// <summary>Empty until the sockets are open.</summary>
    public ImmutableArray<ListenInfo> Bound { get; private set; } = [];

    /// <summary>Also those that are opening.</summary>
    public ImmutableArray<TransportId> Transports => [.. _transports.Values.Select(transport => transport.TransportId)];

    public IReadOnlyCollection<IActorRef> TransportActors => _transports.Keys;

    public bool IsIdle => _transports.Count == 0;

    /// <summary>Somebody subscribed while the sockets were opening is told of them now.</summary>
    public ImmutableArray<Letter> Opened(ImmutableArray<ListenInfo> bound)
    {
        Bound = bound;
        return Notice(State);
    }

    public Letter Subscribe(IActorRef subscriber)
    {
        if (!_subscribers.Contains(subscriber))
        {
            _subscribers.Add(subscriber);
        }

        return new Letter(subscriber, State);
    }

    /// <summary>False when it was none.</summary>
    public bool Unsubscribe(IActorRef subscriber) => _subscribers.Remove(subscriber);

    public void Add(IActorRef actor, TransportId transport) => _transports.Add(actor, new Transport(transport, null));

    /// <summary>The transport listens.</summary>
    public ImmutableArray<Letter> Handled(IActorRef actor, RouterId router)
    {
        if (!_transports.TryGetValue(actor, out var transport))
        {
            return [];
        }

        _transports[actor] = transport with { RouterId = router };
        return _subscribers.Count > 0 ? Notice(new WebRtcServerEvents.TransportHandled(id, router, transport.TransportId)) : [];
    }

    /// <summary>The transport is gone. One that never listened was never announced.</summary>
    public ImmutableArray<Letter> Unhandled(IActorRef actor) =>
        _transports.Remove(actor, out var transport) && transport.RouterId is { } router && _subscribers.Count > 0
            ? Notice(new WebRtcServerEvents.TransportUnhandled(id, router, transport.TransportId))
            : [];

    /// <summary>The server ends, and with it what it still had.</summary>
    public ImmutableArray<Letter> Closed(CloseReason reason) =>
    [
        .. _transports.Keys.ToArray().SelectMany(actor => Unhandled(actor)),
        .. Notice(new WebRtcServerEvents.ServerClosed(id, reason)),
    ];

    private WebRtcServerEvents.ServerState State => new(
        id, Bound, [.. _transports.Values.Where(transport => transport.RouterId is not null).Select(transport => transport.TransportId)]);

    private ImmutableArray<Letter> Notice(IWebRtcServerEvent news) => [.. _subscribers.Select(subscriber => new Letter(subscriber, news))];

    private sealed record Transport(TransportId TransportId, RouterId? RouterId);
}
