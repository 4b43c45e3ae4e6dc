using Akka.Actor;
using Akka.Cluster.Tools.Client;
using Sfu.Actors.Cluster;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Client;

/// <summary>The way in from outside of the cluster: the reception of whichever node answers. Answers come by way of that node.</summary>
internal sealed class OutsideRoutesActor(ClusterClientSettings settings) : UntypedActor
{
    private const string Path = "/user/" + ClusterMembers.ReceptionActorName;

    private IActorRef _receptionist = ActorRefs.Nobody;

    public static Props Props(ClusterClientSettings settings) => ActorFactory<OutsideRoutesActor>.Props(() => new OutsideRoutesActor(settings));

    protected override void PreStart() => _receptionist = Context.ActorOf(ClusterClient.Props(settings));

    protected override void OnReceive(object message)
    {
        if (message is IWireMessage)
        {
            _receptionist.Forward(new ClusterClient.Send(Path, message, localAffinity: true));
        }
        else
        {
            Unhandled(message);
        }
    }
}
