using Akka.Actor;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Cluster;

/// <summary>
/// Where clients from outside of the cluster come in: hands what anybody may ask to the Routers and to this node's view of the cluster.
/// What Routers and branches tell each other is not taken from here.
/// </summary>
internal sealed class ReceptionActor(IActorRef region, IActorRef member) : UntypedActor
{
    public static Props Props(IActorRef region, IActorRef member) => ActorFactory<ReceptionActor>.Props(() => new ReceptionActor(region, member));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case IRequest request when !message.GetType().IsVisible:
                Sender.Tell(new Rejected(request.RequestId, SfuErrorCode.Unsupported, "Nodes ask each other this."));
                break;
            case IRouterMessage and IRequest:
                region.Forward(message);
                break;
            case IClusterRequest:
                member.Forward(message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }
}
