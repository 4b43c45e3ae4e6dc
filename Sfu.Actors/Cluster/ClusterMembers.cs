using Akka.Actor;
using Akka.Cluster;
using Sfu.Actors.Hosting;

namespace Sfu.Actors.Cluster;

/// <summary>Which members of the cluster are nodes of ours, and where their actors are.</summary>
internal static class ClusterMembers
{
    /// <summary>Name of the <see cref="ClusterMemberActor"/> of every node.</summary>
    public const string MemberActorName = "sfu-member";

    /// <summary>Name of the <see cref="ReceptionActor"/> of every node.</summary>
    public const string ReceptionActorName = "sfu-reception";

    public static bool IsNode(Member member) => SfuClusterOptions.AllRoles.Any(member.HasRole);

    public static ActorSelection MemberActorAt(IActorContext context, Address node) =>
        context.ActorSelection(new RootActorPath(node) / "user" / MemberActorName);

    /// <summary>Nodes of ours that answer.</summary>
    public static IEnumerable<Member> Reachable(ClusterEvent.CurrentClusterState state) =>
        state.Members.Where(member => IsNode(member) && Takes(member.Status) && !state.Unreachable.Contains(member));

    public static bool Takes(MemberStatus status) => status is MemberStatus.Up or MemberStatus.WeaklyUp or MemberStatus.Leaving;
}
