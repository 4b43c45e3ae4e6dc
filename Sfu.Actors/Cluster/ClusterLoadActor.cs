using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.DistributedData;
using Sfu.Actors.Bridge;
using Sfu.Actors.Hosting;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;

namespace Sfu.Actors.Cluster;

/// <summary>
/// Measures this node's load, tells the others when it has changed, hears theirs, and keeps <see cref="ClusterPlacement"/> up to date. Its
/// own load it knows at once, theirs after a round of gossip.
/// </summary>
internal sealed class ClusterLoadActor : UntypedActor, IWithTimers
{
    private static readonly TimeSpan _tellAllTimeout = TimeSpan.FromSeconds(3);

    private readonly NodeContext _context;
    private readonly IActorRef _node;
    private readonly ClusterPlacement _placement;
    private readonly Akka.Cluster.Cluster _cluster;
    private readonly IActorRef _replicator;
    private readonly Func<string, IActorRef> _resolve;
    private readonly Dictionary<UniqueAddress, bool> _members = []; // Up ones, and whether they can be reached.
    private readonly Dictionary<(string Node, int Uid), PlacementCandidate> _candidates = [];
    private readonly LoadMeter _meter;
    private NodeLoads _loads = NodeLoads.Empty;
    private NodeLoad _told;
    private bool _hasOffer;
    private IActorRef _waiting = ActorRefs.Nobody;

    public ClusterLoadActor(NodeContext context, IActorRef node, ClusterPlacement placement)
    {
        _context = context;
        _node = node;
        _placement = placement;
        _cluster = Akka.Cluster.Cluster.Get(Context.System);
        _replicator = DistributedData.Get(Context.System).Replicator;
        var extended = (ExtendedActorSystem)Context.System;
        _resolve = extended.Provider.ResolveActorRef;
        _meter = new LoadMeter(countsCpu: context.Options.Threads.BusyPollUs == 0);
        _told = new NodeLoad(
            node.Path.ToSerializationFormatWithAddress(_cluster.SelfAddress),
            _cluster.SelfUniqueAddress.Uid,
            Sequence: 0,
            context.Options.Cluster.Region ?? string.Empty,
            context.Options.Cluster.Zone ?? string.Empty,
            Servers: [],
            Draining: false,
            Threads: 1,
            Transports: 0,
            PacketsPerSecond: 0,
            CpuPermille: 0);
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(NodeContext context, IActorRef node, ClusterPlacement placement) =>
        ActorFactory<ClusterLoadActor>.Props(() => new ClusterLoadActor(context, node, placement));

    protected override void PreStart()
    {
        _cluster.Subscribe(
            Self, ClusterEvent.SubscriptionInitialStateMode.InitialStateAsEvents, typeof(ClusterEvent.IMemberEvent), typeof(ClusterEvent.IReachabilityEvent));
        _replicator.Tell(new Subscribe(NodeLoads.Key, Self));
        _node.Tell(new NodeService.Follow(Self));
        Timers.StartPeriodicTimer(MeasureDue.Instance, MeasureDue.Instance, TimeSpan.Zero, _context.Options.Cluster.LoadInterval);
    }

    protected override void PostStop()
    {
        _cluster.Unsubscribe(Self);
        _replicator.Tell(new Unsubscribe(NodeLoads.Key, Self));
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case MeasureDue:
                _context.Media.MeasureLoad(0, new MediaPlaneBridge(Self));
                break;
            case MediaEvents.LoadMeasured measured:
                TellIfNews(_meter.Measure(measured.Load, _told), WriteLocal.Instance);
                break;
            case NodeService.Offer offer:
                // Everybody hears at once: who hears later is refused by the node.
                TellIfNews(_told with { Servers = offer.Servers, Draining = offer.Draining }, new WriteAll(_tellAllTimeout));
                _hasOffer = true;
                AnswerFirst();
                break;
            case WhenOffered:
                _waiting = Sender;
                AnswerFirst();
                break;
            case NodeService.PassOn answer:
                answer.Asker.Tell(answer.Reply);
                break;
            case Changed changed when changed.Key.Id == NodeLoads.Key.Id:
                _loads = changed.Get(NodeLoads.Key);
                UpdatePlacement();
                break;
            case ClusterEvent.IMemberEvent { Member: var member } and (ClusterEvent.MemberUp or ClusterEvent.MemberWeaklyUp):
                _members.TryAdd(member.UniqueAddress, true);
                UpdatePlacement();
                break;
            case ClusterEvent.IMemberEvent { Member: var member } and not ClusterEvent.MemberJoined:
                _members.Remove(member.UniqueAddress);
                UpdatePlacement();
                break;
            case ClusterEvent.IMemberEvent:
                break;
            case ClusterEvent.UnreachableMember unreachable:
                SetReachable(unreachable.Member, false);
                break;
            case ClusterEvent.ReachableMember reachable:
                SetReachable(reachable.Member, true);
                break;
            case IUpdateResponse:
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void AnswerFirst()
    {
        if (_hasOffer)
        {
            _waiting.Tell(Akka.Done.Instance);
            _waiting = ActorRefs.Nobody;
        }
    }

    private void SetReachable(Member member, bool reachable)
    {
        if (_members.ContainsKey(member.UniqueAddress))
        {
            _members[member.UniqueAddress] = reachable;
            UpdatePlacement();
        }
    }

    private void TellIfNews(NodeLoad load, IWriteConsistency consistency)
    {
        if (load.Sequence > 0 && !load.IsNews(_told))
        {
            return;
        }

        _told = load with { Sequence = load.Sequence + 1 };
        var told = _told;
        _replicator.Tell(new Update(NodeLoads.Key, NodeLoads.Empty, consistency, data => ((NodeLoads)data).With(told)));
        UpdatePlacement();
    }

    private void UpdatePlacement()
    {
        var others = _loads.Entries.Where(load => !IsOwn(load) && _members.GetValueOrDefault(NodeLoads.AddressOf(load)));
        var candidates = others.Append(_told).Select(CandidateOf).ToImmutableArray();
        foreach (var gone in _candidates.Values.Except(candidates).ToArray())
        {
            _candidates.Remove((gone.Load.Node, gone.Load.Uid));
        }

        _placement.Update(candidates);
    }

    private bool IsOwn(NodeLoad load) => load.Node == _told.Node && load.Uid == _told.Uid;

    private PlacementCandidate CandidateOf(NodeLoad load)
    {
        var key = (load.Node, load.Uid);
        if (!_candidates.TryGetValue(key, out var candidate) || candidate.Load.Sequence < load.Sequence)
        {
            candidate = new PlacementCandidate(IsOwn(load) ? _node : candidate?.Node ?? _resolve(load.Node), load);
            _candidates[key] = candidate;
        }

        return candidate;
    }

    /// <summary>
    /// Asks for <see cref="Akka.Done"/> once placement knows what this node takes: a Router that began before would find no place on its own node.
    /// </summary>
    public sealed record WhenOffered : INoSerializationVerificationNeeded
    {
        public static readonly WhenOffered Instance = new();
    }

    private sealed record MeasureDue : INoSerializationVerificationNeeded
    {
        public static readonly MeasureDue Instance = new();
    }
}
