using Akka.Actor;
using Akka.Event;
using Sfu.Actors.Cluster;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Actors.Transports;

namespace Sfu.Actors.Node;

/// <summary>
/// Answers requests that reach an actor after its end, or that it left in its mailbox: they surface as dead letters of this node, and the
/// asker is told that it is closed (<see cref="ClosedAnswer"/>) instead of nothing. A creation that got lost so is also taken back where it is booked.
/// What was on its way to a Router is not for it (<see cref="LostRequestsActor"/>).
/// </summary>
internal sealed class ClosedRequestsActor : UntypedActor
{
    public static Props Props() => ActorFactory<ClosedRequestsActor>.Props(() => new ClosedRequestsActor());

    protected override void PreStart() => Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        if (message is not DeadLetter { Message: IRequest request } letter || LostRequestsActor.Takes(letter))
        {
            return;
        }

        if (!letter.Sender.IsNobody() && !letter.Sender.Equals(Context.System.DeadLetters))
        {
            letter.Sender.Tell(ClosedAnswer.To(request, "It closed before the request reached it."));
        }

        switch (request)
        {
            case TransportCommands.CreateTransport create:
                create.Branch.Tell(new BranchProtocol.TransportEnded(create.Open.RouterId, create.Open.TransportId, CloseReason.ListenServerClosed));
                break;
            case BranchProtocol.OpenTransport open:
                open.Router.Tell(new BranchProtocol.TransportEnded(open.RouterId, open.TransportId, CloseReason.ControlFault));
                break;
        }
    }
}
