using Akka.Actor;
using Akka.Cluster;
using Akka.Remote;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Cluster;

/// <summary>
/// Tells its parent when a connection between this node and another one broke, or the other answers again after a silence: what was on its way
/// may be lost. Half a second later, when what is sent arrives again, and once for all that broke meanwhile.
/// </summary>
public sealed class ConnectionWatchActor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan _brokenFor = TimeSpan.FromMilliseconds(500);

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props() => ActorFactory<ConnectionWatchActor>.Props(() => new ConnectionWatchActor());

    protected override void PreStart() => MemberNews.Get(Context.System).TellTo(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case DisassociatedEvent broken:
                TellSoon(broken.RemoteAddress);
                break;
            case ClusterEvent.ReachableMember reachable:
                TellSoon(reachable.Member.Address);
                break;
            case ClusterEvent.UnreachableMember:
                break; // It may answer again, or be lost, which others notice.
            case ClusterEvents.ConnectionBroke broke:
                Context.Parent.Tell(broke);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void TellSoon(Address node)
    {
        if (!Timers.IsTimerActive(node))
        {
            Timers.StartSingleTimer(node, new ClusterEvents.ConnectionBroke(node.ToString()), _brokenFor);
        }
    }
}
