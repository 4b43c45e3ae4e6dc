using System.Collections.Immutable;

namespace Sfu.Actors.Protocol;

/// <summary>What may answer <see cref="ClusterProtocol.DumpCluster"/>.</summary>
public interface IDumpClusterReply : IWireReply;

/// <summary>The cluster as one node sees it.</summary>
/// <param name="RequestId">The asker's.</param>
/// <param name="Members">By address.</param>
public sealed record ClusterDump(long RequestId, ImmutableArray<MemberDump> Members) : IDumpClusterReply
{
    /// <summary>Every reachable node of ours is in it.</summary>
    public bool IsComplete => Members.All(member => member.Answered || !member.Asked);
}

/// <param name="Node">Its address, for instance <c>akka.tcp://sfu@10.0.0.1:4053</c>.</param>
/// <param name="Roles">What it does: <c>sfu</c>, <c>gateway</c>, or a service's own.</param>
/// <param name="Status">Of the membership, for instance <c>up</c>, <c>leaving</c>.</param>
/// <param name="Reachable">False: nothing is heard of it.</param>
/// <param name="Asked">It is a node of ours, and reachable.</param>
/// <param name="Summary">Null: it was not asked, or did not answer in time.</param>
/// <param name="Load">What it last told all others, also when it cannot be reached any more. Null: it carries no media, or has not told yet.</param>
public sealed record MemberDump(
    string Node, ImmutableArray<string> Roles, string Status, bool Reachable, bool Asked, NodeSummary? Summary, MemberLoad? Load = null)
{
    public bool Answered => Summary is not null;
}

/// <summary>What a node that carries media tells of its load. New transports are placed by it.</summary>
/// <param name="Region">Empty: not said.</param>
/// <param name="Zone">Empty: not said.</param>
/// <param name="Draining">Takes no more transports.</param>
/// <param name="Threads">Media threads.</param>
/// <param name="Transports">Of every kind.</param>
/// <param name="PacketsPerSecond">Received and sent.</param>
/// <param name="CpuPermille">The part of their time that the media threads work, all together; 0 … 1,000.</param>
public sealed record MemberLoad(string Region, string Zone, bool Draining, int Threads, int Transports, int PacketsPerSecond, int CpuPermille);

/// <summary>What one node carries, summed up. Of each list the first <see cref="MaxListed"/>; the numbers beside them count all.</summary>
/// <param name="Servers">WebRtcServers, private ones included.</param>
/// <param name="Transports">Of every kind.</param>
/// <param name="RouterCount">Routers whose actor lives here.</param>
/// <param name="Routers">Some of them.</param>
/// <param name="BranchCount">Routers with transports here.</param>
/// <param name="Branches">Some of them.</param>
public sealed record NodeSummary(
    int Servers,
    int Transports,
    int RouterCount,
    ImmutableArray<RouterId> Routers,
    int BranchCount,
    ImmutableArray<BranchSummary> Branches)
{
    public const int MaxListed = 500;

    /// <summary>Of each pipe so many Producers are listed.</summary>
    public const int MaxCrossing = 20;

    /// <summary>Of a node that carries nothing.</summary>
    public static readonly NodeSummary Empty = new(0, 0, 0, [], 0, []);
}

/// <param name="RouterId">Whose branch it is.</param>
/// <param name="Orphaned">It looks for its Router's next incarnation.</param>
/// <param name="Transports">How many.</param>
/// <param name="Pipes">To and from other nodes; the first <see cref="NodeSummary.MaxListed"/>.</param>
public sealed record BranchSummary(RouterId RouterId, bool Orphaned, int Transports, ImmutableArray<PipeSummary> Pipes);

/// <param name="Node">At the other end.</param>
/// <param name="IsInlet">Media comes in; otherwise it leaves.</param>
/// <param name="Producers">How many cross.</param>
/// <param name="Crossing">The first <see cref="NodeSummary.MaxCrossing"/> of them.</param>
public sealed record PipeSummary(string Node, bool IsInlet, int Producers, ImmutableArray<PipedProducer> Crossing);
