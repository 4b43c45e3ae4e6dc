using Akka.Actor;
using Akka.Cluster;
using Akka.DistributedData;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using static Akka.Cluster.ClusterEvent;

namespace Sfu.Actors.Cluster;

/// <summary>
/// One on every node: answers for the node what it carries, and for the cluster what all of them do; tells subscribers who comes and goes.
/// </summary>
/// <remarks>
/// While it has subscribers, it tells the other nodes every few seconds that it follows them; who has not been told so for a while tells
/// nothing any more. So nobody keeps watch over anybody, and a message that is lost costs seconds.
/// </remarks>
internal sealed class ClusterMemberActor : RequestActor, IWithTimers
{
    private readonly IActorRef? _node;
    private readonly IActorRef _region;
    private readonly ClusterMemberSettings _settings;
    private readonly Akka.Cluster.Cluster _cluster = Akka.Cluster.Cluster.Get(Context.System);
    private readonly IActorRef _replicator = DistributedData.Get(Context.System).Replicator; // A gateway hears of loads, too.
    private readonly string _self;
    private readonly HashSet<IActorRef> _subscribers = [];
    private readonly Dictionary<IActorRef, TimeSpan> _followers = [];

    public ClusterMemberActor(IActorRef? node, IActorRef region, ClusterMemberSettings settings)
    {
        _node = node;
        _region = region;
        _settings = settings;
        _self = _cluster.SelfAddress.ToString();
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private static TimeSpan Now => Context.System.Scheduler.MonotonicClock;

    /// <param name="node">This node's root actor; null when it carries no media.</param>
    /// <param name="region">Of Routers.</param>
    /// <param name="settings">Times.</param>
    public static Props Props(IActorRef? node, IActorRef region, ClusterMemberSettings settings) =>
        ActorFactory<ClusterMemberActor>.Props(() => new ClusterMemberActor(node, region, settings));

    protected override void PreStart()
    {
        _cluster.Subscribe(Self, SubscriptionInitialStateMode.InitialStateAsEvents, typeof(IMemberEvent), typeof(IReachabilityEvent));
        Context.System.EventStream.Subscribe(Self, typeof(RouterNews.Began));
        Context.System.EventStream.Subscribe(Self, typeof(RouterNews.Ended));
    }

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        Context.System.EventStream.Unsubscribe(Self);
    }

    protected override void OnFault(Exception exception)
    {
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case IClusterRequest request:
                OnRequest(request);
                break;
            case ClusterProtocol.FollowMember follow:
                _followers[follow.Follower] = Now + _settings.FollowedFor;
                break;
            case FollowAgain:
                FollowOthers();
                break;
            case RouterNews.Began began:
                TellOfThisNode(new ClusterEvents.RouterStarted(_self, began.RouterId));
                break;
            case RouterNews.Ended ended:
                TellOfThisNode(new ClusterEvents.RouterStopped(_self, ended.RouterId, ended.Closed));
                break;
            case IClusterEvent news:
                TellSubscribers(news);
                break;
            case MemberUp up:
                TellSubscribers(new ClusterEvents.MemberUp(up.Member.Address.ToString(), ClusterDumpActor.RolesOf(up.Member)));
                FollowOthers();
                break;
            case MemberRemoved removed:
                TellSubscribers(new ClusterEvents.MemberRemoved(removed.Member.Address.ToString()));
                break;
            case UnreachableMember lost:
                TellSubscribers(new ClusterEvents.MemberUnreachable(lost.Member.Address.ToString()));
                break;
            case ReachableMember found:
                TellSubscribers(new ClusterEvents.MemberReachable(found.Member.Address.ToString()));
                break;
            case IMemberEvent:
                break;
            case Terminated terminated:
                Forget(terminated.ActorRef);
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void OnRequest(IClusterRequest request)
    {
        switch (request)
        {
            case ClusterProtocol.DumpCluster dump:
                AnsweredElsewhere();
                Context.ActorOf(ClusterDumpActor.Props(_cluster.State, _replicator, dump.RequestId, Sender, _settings.DumpDeadline));
                break;
            case ClusterProtocol.AskNode ask:
                OnAskNode(ask);
                break;
            case ClusterProtocol.DescribeMember when _node is null:
                Reply(new ClusterProtocol.MemberDescribed(request.RequestId, NodeSummary.Empty));
                break;
            case ClusterProtocol.DescribeMember describe:
                AnsweredElsewhere();
                Context.ActorOf(MemberDescriptionActor.Props(_node, _region, describe.RequestId, Sender, _settings.DumpDeadline));
                break;
            case ClusterProtocol.SubscribeCluster subscribe:
                OnSubscribe(subscribe);
                break;
            case ClusterProtocol.UnsubscribeCluster unsubscribe:
                Context.Unwatch(unsubscribe.Subscriber);
                Forget(unsubscribe.Subscriber);
                Reply(new Done(request.RequestId));
                break;
            default:
                Reject(SfuErrorCode.Unsupported, $"A node does not answer {request.GetType().Name}.");
                break;
        }
    }

    private void OnAskNode(ClusterProtocol.AskNode ask)
    {
        if (ask.Node == _self && _node is not null)
        {
            AnsweredElsewhere();
            _node.Forward(ask.Request);
        }
        else if (ask.Node == _self)
        {
            Reject(SfuErrorCode.NotFound, $"The node {ask.Node} carries no media.");
        }
        else if (ClusterMembers.Reachable(_cluster.State).FirstOrDefault(member => member.Address.ToString() == ask.Node) is { } member)
        {
            AnsweredElsewhere();
            ClusterMembers.MemberActorAt(Context, member.Address).Tell(ask, Sender);
        }
        else
        {
            Reject(SfuErrorCode.NotFound, $"No node {ask.Node} of the cluster can be reached.");
        }
    }

    private void OnSubscribe(ClusterProtocol.SubscribeCluster subscribe)
    {
        if (_subscribers.Count >= _settings.MaxSubscribers && !_subscribers.Contains(subscribe.Subscriber))
        {
            Reject(SfuErrorCode.Unavailable, "The node has all the subscribers it takes.");
            return;
        }

        Reply(new Done(subscribe.RequestId));
        foreach (var member in _cluster.State.Members.Where(member => ClusterMembers.Takes(member.Status)))
        {
            subscribe.Subscriber.Tell(new ClusterEvents.MemberUp(member.Address.ToString(), ClusterDumpActor.RolesOf(member)));
        }

        foreach (var member in _cluster.State.Unreachable)
        {
            subscribe.Subscriber.Tell(new ClusterEvents.MemberUnreachable(member.Address.ToString()));
        }

        if (_subscribers.Add(subscribe.Subscriber))
        {
            Context.Watch(subscribe.Subscriber);
            FollowOthers();
        }
    }

    private void Forget(IActorRef subscriber)
    {
        if (_subscribers.Remove(subscriber) && _subscribers.Count == 0)
        {
            Timers.Cancel(FollowAgain.Key);
        }
    }

    private void FollowOthers()
    {
        if (_subscribers.Count == 0)
        {
            return;
        }

        foreach (var member in _cluster.State.Members)
        {
            if (ClusterMembers.IsNode(member) && ClusterMembers.Takes(member.Status) && member.Address != _cluster.SelfAddress)
            {
                ClusterMembers.MemberActorAt(Context, member.Address).Tell(new ClusterProtocol.FollowMember(Self));
            }
        }

        Timers.StartSingleTimer(FollowAgain.Key, FollowAgain.Instance, _settings.FollowAgainAfter);
    }

    private void TellOfThisNode(IClusterEvent news)
    {
        TellSubscribers(news);
        foreach (var (follower, until) in _followers)
        {
            if (Now > until)
            {
                _followers.Remove(follower);
            }
            else
            {
                follower.Tell(news);
            }
        }
    }

    private void TellSubscribers(IClusterEvent news)
    {
        foreach (var subscriber in _subscribers)
        {
            subscriber.Tell(news);
        }
    }

    private sealed record FollowAgain : INoSerializationVerificationNeeded
    {
        public const string Key = "follow";

        public static readonly FollowAgain Instance = new();
    }
}
