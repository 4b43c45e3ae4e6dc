using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Client;

/// <summary>Asks on behalf of who is no actor, and keeps the requests that wait for answers apart by their numbers.</summary>
internal sealed class SfuRequestsActor(IActorRef routes, int maxPending) : UntypedActor
{
    private readonly Dictionary<long, TaskCompletionSource<IReply>> _pending = [];

    public static Props Props(IActorRef routes, int maxPending) => ActorFactory<SfuRequestsActor>.Props(() => new SfuRequestsActor(routes, maxPending));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Call call when _pending.Count >= maxPending:
                call.Answer.TrySetResult(new Rejected(call.Request.RequestId, SfuErrorCode.Unavailable, "Too many requests wait for answers."));
                break;
            case Call call:
                _pending.Add(call.Request.RequestId, call.Answer);
                routes.Tell(call.Request);
                break;
            case GiveUp giveUp:
                _pending.Remove(giveUp.RequestId);
                break;
            case IReply reply:
                if (_pending.Remove(reply.RequestId, out var answer))
                {
                    answer.TrySetResult(reply);
                }

                break;
            default:
                Unhandled(message);
                break;
        }
    }

    protected override void PostStop()
    {
        foreach (var (id, answer) in _pending)
        {
            answer.TrySetResult(new Rejected(id, SfuErrorCode.Closed, "The client ended."));
        }

        _pending.Clear();
    }

    internal sealed record Call(IRequest Request, TaskCompletionSource<IReply> Answer) : INoSerializationVerificationNeeded;

    /// <summary>Nobody waits any more.</summary>
    internal sealed record GiveUp(long RequestId) : INoSerializationVerificationNeeded;
}
