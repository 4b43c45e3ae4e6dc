using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Akka.DistributedData;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Cluster;

/// <summary>Asks each reachable node what it carries, adds what all told of their load, answers when all have said so or the deadline is over, and stops.</summary>
internal sealed class ClusterDumpActor : UntypedActor, IWithTimers
{
    private readonly ClusterEvent.CurrentClusterState _state;
    private readonly long _requestId;
    private readonly IActorRef _asker;
    private readonly TimeSpan _deadline;
    private readonly ImmutableArray<Member> _asked;
    private readonly IActorRef _replicator;
    private readonly Dictionary<Member, NodeSummary> _answers = [];
    private NodeLoads? _loads;

    public ClusterDumpActor(ClusterEvent.CurrentClusterState state, IActorRef replicator, long requestId, IActorRef asker, TimeSpan deadline)
    {
        _state = state;
        _replicator = replicator;
        _requestId = requestId;
        _asker = asker;
        _deadline = deadline;
        _asked = [.. ClusterMembers.Reachable(state)];
    }

    public ITimerScheduler Timers { get; set; } = null!;

    /// <param name="state">The members.</param>
    /// <param name="replicator">Of this node; knows what each node told of its load.</param>
    /// <param name="requestId">The asker's.</param>
    /// <param name="asker">Is answered.</param>
    /// <param name="deadline">For the nodes' answers.</param>
    public static Props Props(ClusterEvent.CurrentClusterState state, IActorRef replicator, long requestId, IActorRef asker, TimeSpan deadline) =>
        ActorFactory<ClusterDumpActor>.Props(() => new ClusterDumpActor(state, replicator, requestId, asker, deadline));

    public static ImmutableArray<string> RolesOf(Member member) =>
        [.. member.Roles.Where(role => !role.StartsWith("dc-", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    protected override void PreStart()
    {
        for (var index = 0; index < _asked.Length; index++)
        {
            ClusterMembers.MemberActorAt(Context, _asked[index].Address).Tell(new ClusterProtocol.DescribeMember(index));
        }

        _replicator.Tell(new Get(NodeLoads.Key, ReadLocal.Instance));
        Timers.StartSingleTimer(Deadline.Instance, Deadline.Instance, _deadline);
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterProtocol.MemberDescribed described when described.RequestId >= 0 && described.RequestId < _asked.Length:
                _answers[_asked[(int)described.RequestId]] = described.Node;
                AnswerWhenComplete();
                break;
            case GetSuccess found:
                _loads = found.Get(NodeLoads.Key);
                AnswerWhenComplete();
                break;
            case IGetResponse:
                // Nobody has told anything yet.
                _loads = NodeLoads.Empty;
                AnswerWhenComplete();
                break;
            case Rejected:
                // The deadline stands for it.
                break;
            case Deadline:
                Answer();
                break;
            default:
                Unhandled(message);
                break;
        }
    }

    private void AnswerWhenComplete()
    {
        if (_answers.Count == _asked.Length && _loads is not null)
        {
            Answer();
        }
    }

    private void Answer()
    {
        var loads = (_loads ?? NodeLoads.Empty).Entries.ToDictionary(NodeLoads.AddressOf, load => load.ToMemberLoad());
        _asker.Tell(new ClusterDump(
            _requestId,
            [
                .. _state.Members.OrderBy(member => member.Address.ToString(), StringComparer.Ordinal).Select(member => new MemberDump(
                    member.Address.ToString(),
                    RolesOf(member),
                    member.Status.ToString().ToLowerInvariant(),
                    !_state.Unreachable.Contains(member),
                    _asked.Contains(member),
                    _answers.GetValueOrDefault(member),
                    loads.GetValueOrDefault(member.UniqueAddress))),
            ]));
        Context.Stop(Self);
    }

    private sealed record Deadline : INoSerializationVerificationNeeded
    {
        public static readonly Deadline Instance = new();
    }
}
