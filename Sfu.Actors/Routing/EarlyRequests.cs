using Akka.Actor;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>
/// A Router may begin because the node that held it is lost, and be asked about what it does not know before the branches that carry that have
/// found it. For its first moments such a request waits, instead of being told that there is no such thing. Does nothing itself.
/// </summary>
/// <param name="state">What the Router knows.</param>
/// <param name="until">Whoever carries part of the Router has found it by then.</param>
internal sealed class EarlyRequests(RouterState state, TimeSpan until)
{
    /// <summary>More are refused at once.</summary>
    public const int Most = 4_096;

    private readonly Queue<(IRequest Request, IActorRef Asker)> _waiting = [];

    /// <summary>False: what it is about is known, or will not be any more, so that it is to be answered.</summary>
    /// <param name="request">To the Router.</param>
    /// <param name="asker">Whose it is.</param>
    /// <param name="now">By the scheduler's clock.</param>
    /// <param name="left">When true: it waits no longer than this.</param>
    public bool TryAdd(IRequest request, IActorRef asker, TimeSpan now, out TimeSpan left)
    {
        left = until - now;
        if (left <= TimeSpan.Zero || _waiting.Count == Most || IsAboutWhatIsKnown(request))
        {
            return false;
        }

        _waiting.Enqueue((request, asker));
        return true;
    }

    /// <summary>Those that need not wait any longer, in the order in which they came. Each waits until the next one is asked for.</summary>
    /// <param name="all">It is time to answer.</param>
    public IEnumerable<(IRequest Request, IActorRef Asker)> Take(bool all)
    {
        for (var left = _waiting.Count; left > 0; left--)
        {
            var first = _waiting.Peek();
            var isReady = all || IsAboutWhatIsKnown(first.Request);
            if (isReady)
            {
                yield return first;
            }

            _waiting.Dequeue();
            if (!isReady)
            {
                _waiting.Enqueue(first);
            }
        }
    }

    private bool IsAboutWhatIsKnown(IRequest request) => request switch
    {
        RouterProtocol.Consume consume => IsKnown(consume.TransportId) && IsKnown(consume.ProducerId),
        ITransportRequest about => IsKnown(about.TransportId),
        IProducerRequest about => IsKnown(about.ProducerId),
        IConsumerRequest about => state.Consumer(about.ConsumerId) is not null || state.WasClosed(about.ConsumerId.Value),
        ObserverProtocol.AddObserverProducer add => IsKnown(add.ProducerId),
        RouterProtocol.CanConsume can => IsKnown(can.ProducerId),
        RouterProtocol.PipeToRouter pipe => IsKnown(pipe.ProducerId),
        PeerProtocol.UpdatePeer update => state.Peer(update.PeerId) is not null,
        PeerProtocol.DetachPeer detach => state.Peer(detach.PeerId) is not null,
        _ => true,
    };

    private bool IsKnown(TransportId id) => state.Transport(id) is not null || state.WasClosed(id.Value);

    private bool IsKnown(ProducerId id) => state.Producer(id) is not null || state.WasClosed(id.Value);
}
