using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>
/// What is asked of a Router that closes, and who waits for its end. Where the Router's next incarnation can answer, it does: what is for that
/// waits until sharding keeps it, which is when this one leaves. Does nothing itself.
/// </summary>
internal sealed class LateRequests(RouterId id)
{
    private readonly List<PendingRequest> _closers = [];
    private readonly List<Letter> _forNext = []; // Incarnation.

    /// <summary>The Router closes because nobody used it: who asks has nothing to do with that.</summary>
    public bool IsIdle { get; set; }

    /// <summary>Sharding keeps what arrives for the Router.</summary>
    public bool IsLeaving { get; private set; }

    /// <summary>Who closes the Router is answered when it has ended.</summary>
    public void AwaitEnd(PendingRequest closer) => _closers.Add(closer);

    /// <param name="request">To the Router.</param>
    /// <param name="asker">Whose it is.</param>
    /// <param name="shard">Where the next incarnation is reached.</param>
    public ImmutableArray<Letter> Decide(IRequest request, IActorRef asker, IActorRef shard)
    {
        switch (request)
        {
            case RouterProtocol.CloseRouter:
                AwaitEnd(new PendingRequest(request.RequestId, asker));
                return [];
            case not (ITransportRequest or IProducerRequest or IConsumerRequest or IObserverRequest) when IsIdle:
                _forNext.Add(new Letter(shard, request, asker));
                return IsLeaving ? TakeForNext() : [];
            case RouterProtocol.GetRouterRtpCapabilities or RouterProtocol.CreateRouter or RouterProtocol.CreateWebRtcTransport
                or RouterProtocol.CreatePlainTransport or RouterProtocol.CreatePipeTransport or PeerProtocol.AttachPeer
                when IsLeaving:
                return [new Letter(shard, request, asker)];
            default:
                return [Letter.Gone(request, asker, $"The Router {id} is closing.")];
        }
    }

    /// <summary>The shard has been told to keep what arrives: what is in the mailbox already goes back to it.</summary>
    public ImmutableArray<Letter> Leave()
    {
        IsLeaving = true;
        return TakeForNext();
    }

    /// <summary>The Router has ended, on its way or at once.</summary>
    public ImmutableArray<Letter> End()
    {
        ImmutableArray<Letter> letters = [.. _closers.Select(closer => new Letter(closer.Asker, new Done(closer.RequestId))), .. TakeForNext()];
        _closers.Clear();
        return letters;
    }

    private ImmutableArray<Letter> TakeForNext()
    {
        ImmutableArray<Letter> letters = [.. _forNext];
        _forNext.Clear();
        return letters;
    }
}
