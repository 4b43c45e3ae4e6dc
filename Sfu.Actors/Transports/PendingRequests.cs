using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Transports;

/// <summary>What the media plane owes a transport an answer for, and who waits for it.</summary>
internal sealed class PendingRequests
{
    private readonly Dictionary<long, PendingRequest> _pending = [];
    private long _last;

    public IReadOnlyCollection<PendingRequest> All => _pending.Values;

    /// <summary>
    /// Asks the media plane under a new number, and notes who waits once it is asked: a request that could not even be asked stays with
    /// the actor that has it in hand. The answer is a later message, so that it does not come too soon.
    /// </summary>
    public void Begin(IRequest request, IActorRef asker, Action<long> ask, ProducerId? producer = null, ConsumerId? consumer = null)
    {
        var id = ++_last;
        ask(id);
        _pending.Add(
            id, new PendingRequest(request.RequestId, asker, producer, consumer, IsConnect: request is RouterProtocol.ConnectWebRtcTransport));
    }

    /// <summary>The request that the media plane answers now; null when it was given up meanwhile.</summary>
    public PendingRequest? Take(long id) => _pending.Remove(id, out var request) ? request : null;
}
