using System.Collections.Immutable;
using Akka.Actor;
using Akka.Cluster;
using Sfu.Actors.Node;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Cluster;

/// <summary>Asks each reachable node what it carries, answers when all have said so or the deadline is over, and stops.</summary>
internal sealed class ClusterDumpActor : UntypedActor, IWithTimers
{
    private readonly ClusterEvent.CurrentClusterState _state;
    private readonly long _requestId;
    private readonly IActorRef _asker;
    private readonly TimeSpan _deadline;
    private readonly ImmutableArray<Member> _asked;
    private readonly Dictionary<Member, NodeSummary> _answers = [];

    public ClusterDumpActor(ClusterEvent.CurrentClusterState state, long requestId, IActorRef asker, TimeSpan deadline)
    {
        _state = state;
        _requestId = requestId;
        _asker = asker;
        _deadline = deadline;
        _asked = [.. state.Members.Where(member => ClusterMembers.IsNode(member) && ClusterMembers.Takes(member.Status) && !state.Unreachable.Contains(member))];
    }

    public ITimerScheduler Timers { get; set; } = null!;

    public static Props Props(ClusterEvent.CurrentClusterState state, long requestId, IActorRef asker, TimeSpan deadline) =>
        ActorFactory<ClusterDumpActor>.Props(() => new ClusterDumpActor(state, requestId, asker, deadline));

    public static ImmutableArray<string> RolesOf(Member member) =>
        [.. member.Roles.Where(role => !role.StartsWith("dc-", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    protected override void PreStart()
    {
        for (var index = 0; index < _asked.Length; index++)
        {
            ClusterMembers.MemberActorAt(Context, _asked[index].Address).Tell(new ClusterProtocol.DescribeMember(index));
        }

        Timers.StartSingleTimer(Deadline.Instance, Deadline.Instance, _deadline);
        AnswerWhenComplete();
    }

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case ClusterProtocol.MemberDescribed described when described.RequestId >= 0 && described.RequestId < _asked.Length:
                _answers[_asked[(int)described.RequestId]] = described.Node;
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
        if (_answers.Count == _asked.Length)
        {
            Answer();
        }
    }

    private void Answer()
    {
        _asker.Tell(new ClusterDump(
            _requestId,
            [
                .. _state.Members.OrderBy(member => member.Address.ToString(), StringComparer.Ordinal).Select(member => new MemberDump(
                    member.Address.ToString(),
                    RolesOf(member),
                    member.Status.ToString().ToLowerInvariant(),
                    !_state.Unreachable.Contains(member),
                    _asked.Contains(member),
                    _answers.GetValueOrDefault(member))),
            ]));
        Context.Stop(Self);
    }

    private sealed record Deadline : INoSerializationVerificationNeeded
    {
        public static readonly Deadline Instance = new();
    }
}
