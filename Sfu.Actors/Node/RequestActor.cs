using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Node;

/// <summary>
/// An actor that answers each request exactly once, also when its own code throws: the request in hand is answered before the failure
/// goes to the supervisor. Requests that it never sees because it is gone are answered by the node (<c>ClosedRequestsActor</c>).
/// </summary>
internal abstract class RequestActor : UntypedActor
{
    private IRequest? _inHand;
    private ILoggingAdapter? _log;

    /// <summary>Made when there is something to say: most transports never have.</summary>
    protected ILoggingAdapter Log => _log ??= Context.GetLogger();

    protected override bool AroundReceive(Receive receive, object message)
    {
        _inHand = message as IRequest;
        try
        {
            return base.AroundReceive(receive, message);
        }
        catch (Exception exception)
        {
            if (_inHand is { } request)
            {
                Sender.Tell(new Rejected(request.RequestId, SfuErrorCode.Fault, exception.Message));
            }

            OnFault(exception);
            throw;
        }
        finally
        {
            _inHand = null;
        }
    }

    /// <summary>The actor's own code threw; the supervisor stops it next.</summary>
    protected abstract void OnFault(Exception exception);

    /// <summary>Answers the request in hand.</summary>
    protected void Reply(IReply reply)
    {
        _inHand = null;
        Sender.Tell(reply);
    }

    protected void Reject(SfuErrorCode code, string reason) => Reject(new SfuError(code, reason));

    protected void Reject(SfuError error)
    {
        if (_inHand is { } request)
        {
            Reply(new Rejected(request.RequestId, error));
        }
    }

    /// <summary>What the request in hand is about has closed.</summary>
    protected void ReplyClosed(string reason)
    {
        if (_inHand is { } request)
        {
            Reply(ClosedAnswer.To(request, reason));
        }
    }

    /// <summary>The request in hand is answered later, or by another actor.</summary>
    protected void AnsweredElsewhere() => _inHand = null;
}
