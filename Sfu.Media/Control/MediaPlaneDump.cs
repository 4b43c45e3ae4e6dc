using System.Collections.Immutable;

namespace Sfu.Media.Control;

/// <summary>Everything that the media plane holds, for people and for tests: after each cascade it is <see cref="IsEmpty"/>.</summary>
/// <param name="Servers">Listening servers, also those that are closing.</param>
/// <param name="Transports">Transports, also those that are closing.</param>
/// <param name="Ufrags">Local ICE user fragments in the directory.</param>
/// <param name="Tuples">5-tuples that packets are matched against.</param>
/// <param name="TcpConnections">Accepted TCP connections, authenticated or not, without those that the node has hung up on.</param>
/// <param name="DtlsSessions">Native DTLS sessions alive.</param>
/// <param name="SrtpSessions">Native SRTP contexts alive.</param>
/// <param name="BuffersInUse">Pooled packet buffers that somebody holds (retransmission stores, queues).</param>
/// <param name="Timers">Timers armed for transports.</param>
public sealed record MediaPlaneDump(
    ImmutableArray<ServerDump> Servers,
    ImmutableArray<TransportDump> Transports,
    int Ufrags,
    int Tuples,
    int TcpConnections,
    int DtlsSessions,
    int SrtpSessions,
    int BuffersInUse,
    int Timers)
{
    /// <summary>What each media thread has done since the start.</summary>
    public ImmutableArray<ThreadDump> Threads { get; init; } = [];

    /// <summary>No transport, ufrag, tuple, session, buffer or timer is left over. Servers may still listen.</summary>
    public bool HasNoTransports => Transports.IsEmpty && Ufrags == 0 && Tuples == 0 && DtlsSessions == 0 && SrtpSessions == 0 && BuffersInUse == 0 && Timers == 0;

    /// <summary>What several threads hold, each for itself, as one.</summary>
    internal static MediaPlaneDump Sum(IReadOnlyCollection<MediaPlaneDump> parts) => new(
        [.. parts.SelectMany(static part => part.Servers)],
        [.. parts.SelectMany(static part => part.Transports).OrderBy(static transport => transport.Handle.Slot)],
        parts.Sum(static part => part.Ufrags),
        parts.Sum(static part => part.Tuples),
        parts.Sum(static part => part.TcpConnections),
        parts.Sum(static part => part.DtlsSessions),
        parts.Sum(static part => part.SrtpSessions),
        parts.Sum(static part => part.BuffersInUse),
        parts.Sum(static part => part.Timers))
    {
        Threads = [.. parts.SelectMany(static part => part.Threads).OrderBy(static thread => thread.Index)],
    };

    public bool IsEmpty => HasNoTransports && Servers.IsEmpty && TcpConnections == 0;
}

public sealed record ServerDump(ServerHandle Handle, ImmutableArray<ListenInfo> ListenInfos, int Transports, bool Closing);

/// <summary>
/// One transport. Of a plain one <c>IceState</c> is <c>plain</c>, of an end of a pipe <c>pipe</c>; <c>DtlsState</c> is then the crypto suite or
/// <c>none</c>.
/// </summary>
public sealed record TransportDump(
    TransportHandle Handle,
    string IceState,
    string DtlsState,
    string? SelectedTuple,
    ImmutableArray<string> Tuples,
    ImmutableArray<ProducerDump> Producers,
    ImmutableArray<ConsumerDump> Consumers)
{
    /// <summary>What the path to the client is thought to carry; null while nothing is known of it.</summary>
    public PathDump? Path { get; init; }
}

/// <summary>The path to a client, as congestion control sees it.</summary>
/// <param name="Estimate">That it carries, in bit/s.</param>
/// <param name="Target">That is sent at most, in bit/s: less while its queue has to empty.</param>
/// <param name="IsMeasured">The client has told of it: false before the first feedback, and where only its Receiver Reports tell.</param>
/// <param name="QueueDelayUs">That its queue adds at present.</param>
/// <param name="LossShare">Of what was sent lately, 0 … 1.</param>
/// <param name="RttUs">Of feedback; 0: not known.</param>
/// <param name="PacketsWaiting">For their turn to leave.</param>
public sealed record PathDump(long Estimate, long Target, bool IsMeasured, long QueueDelayUs, double LossShare, long RttUs, int PacketsWaiting);

public sealed record ProducerDump(ProducerHandle Handle, string Id, string Kind, bool Paused, ImmutableArray<uint> Ssrcs, int Consumers)
{
    /// <summary>Of its encodings, each 0 … 10.</summary>
    public ImmutableArray<int> Scores { get; init; } = [];
}

public sealed record ConsumerDump(ConsumerHandle Handle, string Id, ProducerHandle Producer, string Kind, bool Paused, uint Ssrc)
{
    /// <summary>0 … 10.</summary>
    public int Score { get; init; }

    /// <summary>Of simulcast and SVC; null: the highest.</summary>
    public ConsumerLayers? PreferredLayers { get; init; }

    /// <summary>Of simulcast and SVC: what the client gets; null: nothing.</summary>
    public ConsumerLayers? CurrentLayers { get; init; }
}

/// <summary>Counts of one media thread since the start.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Transports">Living on it now.</param>
/// <param name="DatagramsIn">Received by UDP.</param>
/// <param name="MessagesIn">That they came in: a run that the kernel put together is one.</param>
/// <param name="DatagramsOut">Sent by UDP.</param>
/// <param name="MessagesOut">That they left in: a run that the kernel or the device cuts apart is one.</param>
/// <param name="DatagramsDropped">That the kernel had no room for, or refused.</param>
/// <param name="PacketsPassedIn">That other media threads passed on to it.</param>
/// <param name="PassesRefused">Packets that another thread had no room for.</param>
/// <param name="Niceness">−20 (first) … 19 (last), as the system has it.</param>
public sealed record ThreadDump(
    int Index,
    int Transports,
    long DatagramsIn,
    long MessagesIn,
    long DatagramsOut,
    long MessagesOut,
    long DatagramsDropped,
    long PacketsPassedIn,
    long PassesRefused,
    int Niceness);
