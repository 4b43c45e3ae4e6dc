using System.Collections.Immutable;
using Sfu.Media.Buffers;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>What the engines of one media plane have in common.</summary>
/// <param name="Handles">Takes back the handles of what is gone.</param>
/// <param name="Pools">Packets that engines pass on to each other.</param>
internal sealed record EngineCommons(MediaHandles Handles, PacketPools Pools)
{
    /// <summary>Which transport a check is for, on whichever engine it arrives.</summary>
    public UfragDirectory<WebRtcMediaTransport> Ufrags { get; } = new();
}

/// <summary>What an engine is given: everything of the outside world that it touches.</summary>
/// <param name="Index">Its number among the engines of the media plane. 0 is the front: commands enter there.</param>
/// <param name="EngineCount">How many engines there are.</param>
/// <param name="Commons">Shared with the other engines.</param>
/// <param name="Links">Reaches the other engines.</param>
/// <param name="Sink">Takes datagrams that leave.</param>
/// <param name="Sockets">Opens and closes the sockets of servers.</param>
/// <param name="Dtls">Runs DTLS associations.</param>
/// <param name="Random">Credentials, identifiers, first sequence numbers.</param>
/// <param name="LocalFingerprints">Of the node's certificate, for DTLS parameters.</param>
/// <param name="UnixOriginUs">Microseconds since 1970 at <see cref="MediaTime.Zero"/>.</param>
/// <param name="Warn">Told of faults, with a text for people.</param>
internal sealed record EngineParts(
    int Index,
    int EngineCount,
    EngineCommons Commons,
    IEngineLinks Links,
    IDatagramSink Sink,
    IListenSockets Sockets,
    IDtlsRunner Dtls,
    IRandomSource Random,
    ImmutableArray<DtlsFingerprint> LocalFingerprints,
    long UnixOriginUs,
    Action<string> Warn);
