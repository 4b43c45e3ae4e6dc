using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Routing;

/// <summary>A message that a decision asks its actor to send. Letters are sent in the order in which they are handed over.</summary>
/// <param name="To">Who gets it.</param>
/// <param name="Message">What is said.</param>
/// <param name="From">The asker, of a request that <paramref name="To"/> answers. Null: the deciding actor.</param>
internal readonly record struct Letter(IActorRef To, object Message, IActorRef? From = null)
{
    public static Letter Refusal(IRequest request, IActorRef asker, SfuErrorCode code, string reason) =>
        Refusal(request, asker, new SfuError(code, reason));

    public static Letter Refusal(IRequest request, IActorRef asker, SfuError error) => new(asker, new Rejected(request.RequestId, error));

    /// <summary>What the request is about has closed.</summary>
    public static Letter Gone(IRequest request, IActorRef asker, string reason) => new(asker, ClosedAnswer.To(request, reason));

    public void Send(IActorRef self) => To.Tell(Message, From ?? self);
}
