using System.Collections.Immutable;

namespace Sfu.Actors.Protocol;

/// <summary>What subscribers of the cluster are told. Of a node that is lost nobody tells that its Routers are gone.</summary>
public static class ClusterEvents
{
    /// <summary>It is a member now; or was one when the subscription began.</summary>
    public sealed record MemberUp(string Node, ImmutableArray<string> Roles) : IClusterEvent;

    /// <summary>Nothing is heard of it.</summary>
    public sealed record MemberUnreachable(string Node) : IClusterEvent;

    /// <summary>It is heard of again.</summary>
    public sealed record MemberReachable(string Node) : IClusterEvent;

    /// <summary>It has left, or was given up.</summary>
    public sealed record MemberRemoved(string Node) : IClusterEvent;

    /// <summary>
    /// To every <c>SfuSession</c>, unasked, from its own node: the connection to another one broke, or that answers again after a silence. What
    /// was on its way may be lost: ask for the present state of Routers and transports there (<see cref="SessionEvents"/> says how).
    /// </summary>
    public sealed record ConnectionBroke(string Node) : IClusterEvent;

    /// <summary>A Router came into being on this node, or began its next life there.</summary>
    public sealed record RouterStarted(string Node, RouterId RouterId) : IClusterEvent;

    /// <summary>It was closed, or (not <paramref name="Closed"/>) ends here to go on elsewhere.</summary>
    public sealed record RouterStopped(string Node, RouterId RouterId, bool Closed) : IClusterEvent;
}
