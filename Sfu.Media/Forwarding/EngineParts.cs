using System.Collections.Immutable;
using Sfu.Media.Control;
using Sfu.Media.Ortc;
using Sfu.Media.Wire;

namespace Sfu.Media.Forwarding;

/// <summary>Where handles of all kinds come from and go back to.</summary>
public sealed class EngineHandles
{
    internal HandleAllocator Servers { get; } = new();

    internal HandleAllocator Transports { get; } = new();

    internal HandleAllocator Producers { get; } = new();

    internal HandleAllocator Consumers { get; } = new();
}

/// <summary>What an engine is given: everything of the outside world that it touches.</summary>
/// <param name="Sink">Takes datagrams that leave.</param>
/// <param name="Sockets">Opens and closes the sockets of servers.</param>
/// <param name="Dtls">Runs DTLS associations.</param>
/// <param name="Random">Credentials, identifiers, first sequence numbers.</param>
/// <param name="Handles">Takes back the handles of what is gone.</param>
/// <param name="LocalFingerprints">Of the node's certificate, for DTLS parameters.</param>
/// <param name="UnixOriginUs">Microseconds since 1970 at <see cref="MediaTime.Zero"/>.</param>
/// <param name="Warn">Told of faults, with a text for people.</param>
public sealed record EngineParts(
    IDatagramSink Sink,
    IListenSockets Sockets,
    IDtlsRunner Dtls,
    IRandomSource Random,
    EngineHandles Handles,
    ImmutableArray<DtlsFingerprint> LocalFingerprints,
    long UnixOriginUs,
    Action<string> Warn);
