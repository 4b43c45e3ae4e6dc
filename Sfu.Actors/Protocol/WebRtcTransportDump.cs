using System.Collections.Immutable;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Protocol;

/// <summary>What a transport knows of itself and of what it carries, for people and tests.</summary>
/// <param name="RequestId">The asker's.</param>
/// <param name="TransportId">Which.</param>
/// <param name="PeerId">Whose it is.</param>
/// <param name="IceState">As last told.</param>
/// <param name="DtlsState">As last told.</param>
/// <param name="SelectedTuple">As last told.</param>
/// <param name="Limits">Null: none was ever set.</param>
/// <param name="Traced">What its traces tell.</param>
/// <param name="Producers">All it carries.</param>
/// <param name="Consumers">All it carries.</param>
/// <param name="MustMoveWithinMs">As <see cref="SessionEvents.TransportMustMove"/> has told; null: it may stay.</param>
public sealed record WebRtcTransportDump(
    long RequestId,
    TransportId TransportId,
    PeerId? PeerId,
    IceState IceState,
    DtlsTransportState DtlsState,
    TupleInfo? SelectedTuple,
    BitrateLimits? Limits,
    MediaTraceTypes Traced,
    ImmutableArray<TransportProducerDump> Producers,
    ImmutableArray<TransportConsumerDump> Consumers,
    int? MustMoveWithinMs = null) : IDumpTransportReply;

/// <param name="ProducerId">Which.</param>
/// <param name="Kind">Audio or video.</param>
/// <param name="Type">Simple, simulcast or SVC.</param>
/// <param name="Paused">Whether it is paused now.</param>
/// <param name="Score">How each encoding arrives; empty while nothing is known.</param>
/// <param name="VideoOrientation">How the camera is held, as far as it is known.</param>
/// <param name="Traced">What its traces tell.</param>
/// <param name="Pending">It is being made: who asked for it has no answer yet.</param>
public sealed record TransportProducerDump(
    ProducerId ProducerId,
    MediaKind Kind,
    ProducerType Type,
    bool Paused,
    ImmutableArray<EncodingScore> Score,
    VideoOrientation? VideoOrientation,
    MediaTraceTypes Traced,
    bool Pending = false);

/// <param name="ConsumerId">Which.</param>
/// <param name="ProducerId">What it consumes.</param>
/// <param name="Kind">Audio or video.</param>
/// <param name="Type">How it forwards.</param>
/// <param name="Paused">Whether it is paused itself.</param>
/// <param name="ProducerPaused">Whether its Producer is.</param>
/// <param name="PreferredLayers">The highest layers to forward; null where it has but one.</param>
/// <param name="CurrentLayers">What the client is sent now; null: nothing, or there is but one.</param>
/// <param name="Priority">1 … 255.</param>
/// <param name="Score">As far as it is known.</param>
/// <param name="Traced">What its traces tell.</param>
/// <param name="Pending">It is being made: who asked for it has no answer yet.</param>
public sealed record TransportConsumerDump(
    ConsumerId ConsumerId,
    ProducerId ProducerId,
    MediaKind Kind,
    ConsumerType Type,
    bool Paused,
    bool ProducerPaused,
    ConsumerLayers? PreferredLayers,
    ConsumerLayers? CurrentLayers,
    int Priority,
    ConsumerScore? Score,
    MediaTraceTypes Traced,
    bool Pending = false);
