using System.Collections.Immutable;
using Sfu.Media.Control;

namespace Sfu.Actors.Protocol;

/// <summary>What a PlainTransport, or an end of a pipe, knows of itself and of what it carries, for people and tests.</summary>
/// <param name="RequestId">The asker's.</param>
/// <param name="TransportId">Which.</param>
/// <param name="Kind">Plain or pipe.</param>
/// <param name="PeerId">Whose it is.</param>
/// <param name="RtcpMux">RTCP comes to the port of RTP.</param>
/// <param name="Comedia">The remote address is learned from what arrives.</param>
/// <param name="Rtx">Of an end of a pipe: what is lost is sent again.</param>
/// <param name="SrtpCryptoSuite">Null: media is not protected.</param>
/// <param name="Tuple">The path of RTP, as last told.</param>
/// <param name="RtcpTuple">The path of RTCP where it is not that of RTP, as last told.</param>
/// <param name="Limits">Null: none was ever set.</param>
/// <param name="Traced">What its traces tell.</param>
/// <param name="Producers">All it carries.</param>
/// <param name="Consumers">All it carries.</param>
public sealed record PlainTransportDump(
    long RequestId,
    TransportId TransportId,
    TransportKind Kind,
    PeerId? PeerId,
    bool RtcpMux,
    bool Comedia,
    bool Rtx,
    string? SrtpCryptoSuite,
    TupleInfo? Tuple,
    TupleInfo? RtcpTuple,
    BitrateLimits? Limits,
    MediaTraceTypes Traced,
    ImmutableArray<TransportProducerDump> Producers,
    ImmutableArray<TransportConsumerDump> Consumers) : IDumpTransportReply;
