using System.Collections.Concurrent;
using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Node;

/// <summary>
/// Sessions on other nodes that were peers of a Router of this node when it closed. They were told; where a connection that broke has swallowed
/// that, they attach again, perhaps at a Router that somebody has begun anew under that name. Bounded: the oldest are forgotten. Any thread.
/// </summary>
/// <param name="capacity">How many sessions are remembered.</param>
internal sealed class FormerPeers(int capacity)
{
    private readonly ConcurrentDictionary<(RouterId Router, IActorRef Session), bool> _sessions = [];
    private readonly ConcurrentQueue<(RouterId Router, IActorRef Session)> _order = [];

    /// <summary>The Router closes, and its peer is told. What is told to sessions on the same node arrives: they are not remembered.</summary>
    public void Add(RouterId router, IActorRef session)
    {
        if (session.Path.Address.HasLocalScope || _sessions.TryUpdate((router, session), true, false) || !_sessions.TryAdd((router, session), true))
        {
            return;
        }

        _order.Enqueue((router, session));
        while (_order.Count > capacity && _order.TryDequeue(out var oldest))
        {
            _sessions.TryRemove(oldest, out _);
        }
    }

    /// <summary>It attaches as if for the first time: it has heard that the former Router closed.</summary>
    public void Forget(RouterId router, IActorRef session) => _sessions.TryUpdate((router, session), false, true);

    public bool Contains(RouterId router, IActorRef session) => _sessions.TryGetValue((router, session), out var isFormer) && isFormer;
}
