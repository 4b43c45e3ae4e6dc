using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Actors.Transports;

/// <summary>What the media plane owes a transport an answer for, and who waits for it.</summary>
internal sealed class PendingRequests
{
    private readonly Dictionary<long, Entry> _pending = [];
    private long _last;

    public IReadOnlyCollection<PendingRequest> All => [.. _pending.Values.Distinct().Select(entry => entry.Request)];

    /// <summary>
    /// Asks the media plane under a new number, and notes who waits once it is asked: a request that could not even be asked stays with
    /// the actor that has it in hand. The answer is a later message, so that it does not come too soon.
    /// </summary>
    public void Begin(IRequest request, IActorRef asker, Action<long> ask, ProducerId? producer = null, ConsumerId? consumer = null) =>
        Begin(request, asker, 1, (_, number) => ask(number), producer, consumer);

    /// <summary>The same for a request that takes several commands: it is answered when all are, or one has failed.</summary>
    /// <param name="request">Whose <see cref="IRequest.RequestId"/> the answer has.</param>
    /// <param name="asker">Who is answered.</param>
    /// <param name="parts">How many commands.</param>
    /// <param name="ask">Asks for one of them, by its place, under a number.</param>
    /// <param name="producer">The Producer that is being added, if that is it.</param>
    /// <param name="consumer">The Consumer that is being added, if that is it.</param>
    public void Begin(
        IRequest request, IActorRef asker, int parts, Action<int, long> ask, ProducerId? producer = null, ConsumerId? consumer = null)
    {
        var first = _last + 1;
        for (var i = 0; i < parts; i++)
        {
            ask(i, ++_last);
        }

        var isConnect = request is RouterProtocol.ConnectWebRtcTransport or RouterProtocol.ConnectPlainTransport or RouterProtocol.ConnectPipeTransport;
        var entry = new Entry(new PendingRequest(request.RequestId, asker, producer, consumer, isConnect), parts);
        for (var id = first; id <= _last; id++)
        {
            _pending.Add(id, entry);
        }
    }

    /// <summary>The request that the media plane answers now; null when others of its commands are still to be answered, or it was given up.</summary>
    public PendingRequest? Take(long id) => Take(id, [], out _);

    /// <summary>The same, where each answer is a part of the whole.</summary>
    public PendingRequest? Take(long id, ImmutableArray<MediaStats> part, out ImmutableArray<MediaStats> whole)
    {
        whole = [];
        if (!_pending.Remove(id, out var entry))
        {
            return null;
        }

        entry.Stats = whole = entry.Stats.AddRange(part);
        return --entry.Missing == 0 ? entry.Request : null;
    }

    /// <summary>The request that fails now, for good: what its other commands come to does not matter any more.</summary>
    public PendingRequest? TakeFailed(long id)
    {
        if (!_pending.Remove(id, out var failed))
        {
            return null;
        }

        if (failed.Missing > 1)
        {
            foreach (var (other, _) in _pending.Where(pending => pending.Value == failed).ToArray())
            {
                _pending.Remove(other);
            }
        }

        return failed.Request;
    }

    private sealed class Entry(PendingRequest request, int parts)
    {
        public PendingRequest Request { get; } = request;

        public int Missing { get; set; } = parts;

        public ImmutableArray<MediaStats> Stats { get; set; } = [];
    }
}
