using Akka.Actor;
using Akka.Cluster;
using Akka.Dispatch.SysMsg;
using Sfu.Actors.Hosting;
using Sfu.Actors.Node;

namespace Sfu.Actors.Cluster;

/// <summary>
/// Tells this node's shard region again and again that the regions of removed members are gone. By itself it hears of that once, and may take one of them
/// for a shard's home afterwards, and for good: then no request reaches the Routers of that shard any more.
/// </summary>
/// <remarks>
/// While the coordinator of sharding writes something down, which takes until a lost node is removed, it has yet to hear of that, and
/// goes on to name the node to who asks. Who begins to watch it then may never hear anything: where the watch reaches the system's
/// watcher before that has cleared away its own watches of the removed node, it is cleared away with them.
/// </remarks>
internal sealed class LostRegionsActor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(250);

    /// <summary>The coordinator has long heard of the end by then.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly IActorRef _region;
    private readonly Akka.Cluster.Cluster _cluster;
    private readonly Dictionary<Address, IActorRef?> _regions = []; // Of members. Null: has not said yet.
    private readonly List<Gone> _gone = [];

    private LostRegionsActor(IActorRef region, Akka.Cluster.Cluster cluster)
    {
        _region = region;
        _cluster = cluster;
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="region">This node's.</param>
    /// <param name="cluster">Its membership.</param>
    public static Props Props(IActorRef region, Akka.Cluster.Cluster cluster) =>
        ActorFactory<LostRegionsActor>.Props(() => new LostRegionsActor(region, cluster));

    protected override void PreStart() => _cluster.Subscribe(
        Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.MemberUp), typeof(ClusterEvent.MemberRemoved));

    protected override void PostStop() => _cluster.Unsubscribe(Self);

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterEvent.MemberUp { Member: var member } when member.HasRole(SfuClusterOptions.SfuRole) && !member.Address.Equals(_cluster.SelfAddress):
                _regions[member.Address] = null;
                Look(member.Address);
                break;
            case ClusterEvent.MemberRemoved removed:
                if (_regions.Remove(removed.Member.Address, out var lost) && lost is not null)
                {
                    _gone.Add(new Gone(lost, Now + _patience));
                    TellOfGone();
                }

                break;
            case ActorIdentity { Subject: { } region } when _regions.ContainsKey(region.Path.Address):
                _regions[region.Path.Address] = region;
                break;
            case Tick:
                LookForUnknown();
                TellOfGone();
                break;
            case ClusterEvent.IMemberEvent or ActorIdentity:
                break;
            default:
                Unhandled(message);
                break;
        }

        if ((_gone.Count > 0 || _regions.ContainsValue(null)) && !Timers.IsTimerActive(Tick.Key))
        {
            Timers.StartSingleTimer(Tick.Key, Tick.Instance, _interval);
        }
    }

    private TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    /// <summary>It may not have begun, and the question may get lost.</summary>
    private void LookForUnknown()
    {
        foreach (var (address, region) in _regions)
        {
            if (region is null)
            {
                Look(address);
            }
        }
    }

    private void Look(Address address) =>
        Context.ActorSelection(new RootActorPath(address) / "system" / "sharding" / SfuNodeHosting.RouterTypeName).Tell(new Identify(messageId: null));

    private void TellOfGone()
    {
        _gone.RemoveAll(gone => gone.Deadline < Now);
        foreach (var gone in _gone)
        {
            // Means nothing to who does not watch it.
            ((IInternalActorRef)_region).SendSystemMessage(new DeathWatchNotification(gone.Region, existenceConfirmed: true, addressTerminated: true));
        }
    }

    private readonly record struct Gone(IActorRef Region, TimeSpan Deadline);

    private sealed record Tick : INoSerializationVerificationNeeded
    {
        public const string Key = "tick";

        public static readonly Tick Instance = new();
    }
}
