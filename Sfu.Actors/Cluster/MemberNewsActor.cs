using Akka.Actor;
using Akka.Cluster;
using Akka.Remote;
using Sfu.Actors.Node;

namespace Sfu.Actors.Cluster;

/// <summary>
/// Passes on what becomes of the connections of this node: to each that follows, who is out of reach when it begins, and from then on each
/// <see cref="ClusterEvent.UnreachableMember"/>, <see cref="ClusterEvent.ReachableMember"/> and <see cref="DisassociatedEvent"/>. One subscriber for thousands: an
/// event stream of Akka's looks through all that it has for each one that comes or goes.
/// </summary>
internal sealed class MemberNewsActor : UntypedActor
{
    private readonly HashSet<IActorRef> _followers = [];
    private readonly Dictionary<UniqueAddress, ClusterEvent.UnreachableMember> _unreachable = [];

    public static Props Props() => ActorFactory<MemberNewsActor>.Props(static () => new MemberNewsActor());

    protected override void PreStart()
    {
        Context.System.EventStream.Subscribe(Self, typeof(DisassociatedEvent));
        if (HasCluster)
        {
            Akka.Cluster.Cluster.Get(Context.System).Subscribe(
                Self,
                ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents,
                typeof(ClusterEvent.UnreachableMember),
                typeof(ClusterEvent.ReachableMember),
                typeof(ClusterEvent.MemberRemoved));
        }
    }

    protected override void PostStop()
    {
        Context.System.EventStream.Unsubscribe(Self);
        if (HasCluster)
        {
            Akka.Cluster.Cluster.Get(Context.System).Unsubscribe(Self);
        }
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case Follow:
                Begin(Sender);
                break;
            case Terminated terminated:
                _followers.Remove(terminated.ActorRef);
                break;
            case ClusterEvent.UnreachableMember unreachable:
                _unreachable[unreachable.Member.UniqueAddress] = unreachable;
                Tell(unreachable);
                break;
            case ClusterEvent.ReachableMember reachable:
                _unreachable.Remove(reachable.Member.UniqueAddress);
                Tell(reachable);
                break;
            case ClusterEvent.MemberRemoved removed:
                _unreachable.Remove(removed.Member.UniqueAddress);
                break;
            case DisassociatedEvent:
                Tell(message);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private static bool HasCluster => ((ExtendedActorSystem)Context.System).Provider is IClusterActorRefProvider;

    private void Begin(IActorRef follower)
    {
        if (!_followers.Add(follower))
        {
            return;
        }

        Context.Watch(follower);
        foreach (var unreachable in _unreachable.Values)
        {
            follower.Tell(unreachable);
        }
    }

    private void Tell(object news)
    {
        foreach (var follower in _followers)
        {
            follower.Tell(news);
        }
    }

    /// <summary>The sender wants to hear it, until it ends.</summary>
    internal sealed record Follow : INoSerializationVerificationNeeded
    {
        public static readonly Follow Instance = new();
    }
}
