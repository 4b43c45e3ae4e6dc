using Akka.Actor;
using Sfu.Actors.Cluster;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Client;

/// <summary>The way in for a member of the cluster: Routers by their shard region, the cluster by any node of it.</summary>
internal sealed class MemberRoutesActor(IActorRef region) : UntypedActor
{
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);

    public static Props Props(IActorRef region) => ActorFactory<MemberRoutesActor>.Props(() => new MemberRoutesActor(region));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case IRouterMessage:
                region.Forward(message);
                break;
            case IClusterRequest request:
                Ask(request);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void Ask(IClusterRequest request)
    {
        var node = ClusterMembers.Reachable(_cluster.State)
            .OrderByDescending(member => member.Address == _cluster.SelfAddress)
            .FirstOrDefault();
        if (node is null)
        {
            Sender.Tell(new Rejected(request.RequestId, SfuErrorCode.Unavailable, "No node of the cluster can be reached."));
        }
        else
        {
            ClusterMembers.MemberActorAt(Context, node.Address).Tell(request, Sender);
        }
    }
}
