using System.Collections.Immutable;
using Sfu.Actors.Protocol;

namespace Sfu.Actors.Cluster;

/// <summary>What a node tells the others of itself, so that they can place transports on it.</summary>
/// <param name="Node">Serialization path of its root actor, which takes <c>OpenTransport</c>, with the node's address.</param>
/// <param name="Uid">Of the actor system: tells a node from its successor at the same address.</param>
/// <param name="Sequence">Greater each time; the greatest holds.</param>
/// <param name="Region">Empty: not said.</param>
/// <param name="Zone">Empty: not said.</param>
/// <param name="Servers">The WebRtcServers that listen, but for those of single transports.</param>
/// <param name="Draining">Takes no more transports.</param>
/// <param name="Threads">Media threads, at least 1.</param>
/// <param name="Transports">Carried at the moment.</param>
/// <param name="PacketsPerSecond">Received and sent.</param>
/// <param name="CpuPermille">The part of their time that the media threads work, all together; 0 … 1,000.</param>
internal sealed record NodeLoad(
    string Node,
    int Uid,
    long Sequence,
    string Region,
    string Zone,
    ImmutableArray<ServerId> Servers,
    bool Draining,
    int Threads,
    int Transports,
    int PacketsPerSecond,
    int CpuPermille)
{
    /// <summary>What a media thread is taken to stand: about 2 to 3 µs for a packet, see the README's figures.</summary>
    public const int PacketsPerThread = 300_000;

    /// <summary>What a media thread is taken to carry of transports, whatever they send.</summary>
    public const int TransportsPerThread = 5_000;

    /// <summary>How much of the node is in use: the part of what it has least of. 0 … 1,000, and more where more comes than it can do.</summary>
    public int GetUsedPermille() => Math.Max(CpuPermille, Math.Max(Share(PacketsPerSecond, PacketsPerThread), Share(Transports, TransportsPerThread)));

    /// <summary>For people.</summary>
    public MemberLoad ToMemberLoad() => new(Region, Zone, Draining, Threads, Transports, PacketsPerSecond, CpuPermille);

    /// <summary>
    /// The other differs by something that a placement would look at: another state, any transport more or less, or a twentieth of the
    /// packets or of the processor.
    /// </summary>
    public bool IsNews(NodeLoad former) =>
        Draining != former.Draining || Transports != former.Transports || !Servers.SequenceEqual(former.Servers)
        || Math.Abs(CpuPermille - former.CpuPermille) >= 50
        || Math.Abs((long)PacketsPerSecond - former.PacketsPerSecond) >= Math.Max(1_000L, former.PacketsPerSecond / 20);

    private int Share(long used, int perThread) => (int)Math.Min(used * 1_000 / ((long)perThread * Threads), int.MaxValue);
}
