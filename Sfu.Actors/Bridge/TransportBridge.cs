using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Bridge;

/// <summary>
/// Turns a transport's media events into messages to its actor. Media thread; never blocks. Answers and endings are a message each. What
/// a peer can repeat at will is collected: changes of its paths in a <see cref="PathMailbox"/>, of scores, layers and the like in a
/// <see cref="MediaMailbox"/>; so such a change may reach the actor before an event of another kind that was reported earlier, but never
/// after one that was reported later. What is reported after the
/// actor's end goes nowhere: of ten thousand transports that close at once, the farewells would all be dead letters.
/// </summary>
internal sealed class TransportBridge(IActorRef transport, PathMailbox paths) : ITransportEvents
{
    private MediaMailbox? _media; // Made by the first news: most of the time a transport has none.
    private LevelMailbox? _levels;
    private volatile bool _muted;

    /// <summary>What is new about the media that the transport carries. Actor only.</summary>
    public MediaNews TakeMedia() => Volatile.Read(ref _media)?.Take() ?? MediaNews.None;

    /// <summary>How loud the transport's Producers have been. Actor only.</summary>
    public LevelNews TakeLevels() => Volatile.Read(ref _levels)?.Take() ?? LevelNews.None;

    /// <summary>The actor has ended and told what was to be told. Actor only.</summary>
    public void Mute() => _muted = true;

    public void TransportOpened(IceParameters iceParameters, ImmutableArray<IceCandidate> iceCandidates, DtlsParameters dtlsParameters) =>
        Actor?.Tell(new MediaEvents.TransportOpened(iceParameters, iceCandidates, dtlsParameters), ActorRefs.NoSender);

    public void PlainTransportOpened(PlainTransportParameters parameters) =>
        Actor?.Tell(new MediaEvents.PlainTransportOpened(parameters), ActorRefs.NoSender);

    public void PlainTransportConnected(long requestId) =>
        Actor?.Tell(new MediaEvents.PlainTransportConnected(requestId), ActorRefs.NoSender);

    public void RtcpTupleChanged(TransportTuple? tuple) => Paths?.RtcpTupleChanged(tuple);

    public void ProducerDemandChanged(ProducerHandle producer, WantedLayers wanted) => Media?.DemandChanged(producer, wanted);

    public void Connected(long requestId, DtlsRole localRole) =>
        Actor?.Tell(new MediaEvents.Connected(requestId, localRole), ActorRefs.NoSender);

    public void IceRestarted(long requestId, IceParameters iceParameters) =>
        Actor?.Tell(new MediaEvents.IceRestarted(requestId, iceParameters), ActorRefs.NoSender);

    public void ProducerAdded(long requestId, ProducerHandle producer) =>
        Actor?.Tell(new MediaEvents.ProducerAdded(requestId, producer), ActorRefs.NoSender);

    public void ConsumerAdded(long requestId, ConsumerHandle consumer) =>
        Actor?.Tell(new MediaEvents.ConsumerAdded(requestId, consumer), ActorRefs.NoSender);

    public void RequestFailed(long requestId, MediaError error) =>
        Actor?.Tell(new MediaEvents.RequestFailed(requestId, error), ActorRefs.NoSender);

    public void LocalUfragAdded(string ufrag) => Paths?.LocalUfragAdded(ufrag);

    public void LocalUfragRemoved(string ufrag) => Paths?.LocalUfragRemoved(ufrag);

    public void IceStateChanged(IceState state) => Paths?.IceStateChanged(state);

    public void TupleAdded(TransportTuple tuple) => Paths?.TupleAdded(tuple);

    public void TupleRemoved(TransportTuple tuple, TupleRemovalReason reason) => Paths?.TupleRemoved(tuple, reason);

    public void SelectedTupleChanged(TransportTuple? tuple) => Paths?.SelectedTupleChanged(tuple);

    public void TupleSendQueueOverflowed(TransportTuple tuple, long droppedFrames) => Paths?.TupleSendQueueOverflowed(tuple, droppedFrames);

    public void DtlsStateChanged(DtlsTransportState state, string? remoteCertificatePem) =>
        Actor?.Tell(new MediaEvents.DtlsStateChanged(state), ActorRefs.NoSender);

    public void ProducerClosed(ProducerHandle producer, MediaError? error) =>
        Actor?.Tell(new MediaEvents.ProducerClosed(producer, error), ActorRefs.NoSender);

    public void ConsumerClosed(ConsumerHandle consumer, MediaError? error) =>
        Actor?.Tell(new MediaEvents.ConsumerClosed(consumer, error), ActorRefs.NoSender);

    public void StatsReady(long requestId, ImmutableArray<MediaStats> stats) =>
        Actor?.Tell(new MediaEvents.StatsReady(requestId, stats), ActorRefs.NoSender);

    public void ProducerScoresChanged(ProducerHandle producer, ImmutableArray<EncodingScore> scores) => Media?.ScoresChanged(producer, scores);

    public void ProducerVideoOrientationChanged(ProducerHandle producer, VideoOrientation orientation) => Media?.OrientationChanged(producer, orientation);

    public void ConsumerScoreChanged(ConsumerHandle consumer, ConsumerScore score) => Media?.ScoreChanged(consumer, score);

    public void ConsumerLayersChanged(ConsumerHandle consumer, ConsumerLayers? layers) => Media?.LayersChanged(consumer, layers);

    public void AudioLevelsMeasured(ProducerHandle producer, ImmutableArray<byte> levels) => Levels?.Measured(producer, levels);

    public void TransportTraced(MediaTrace trace) => Media?.Traced(new MediaNews.Traced(null, null, trace));

    public void ProducerTraced(ProducerHandle producer, MediaTrace trace) => Media?.Traced(new MediaNews.Traced(producer, null, trace));

    public void ConsumerTraced(ConsumerHandle consumer, MediaTrace trace) => Media?.Traced(new MediaNews.Traced(null, consumer, trace));

    public void TransportClosed(MediaError? error) => Actor?.Tell(new MediaEvents.TransportClosed(error), ActorRefs.NoSender);

    private IActorRef? Actor => _muted ? null : transport;

    private PathMailbox? Paths => _muted ? null : paths;

    private MediaMailbox? Media => _muted ? null : _media ?? Publish(ref _media, new MediaMailbox(transport));

    private LevelMailbox? Levels => _muted ? null : _levels ?? Publish(ref _levels, new LevelMailbox(transport));

    /// <summary>The actor learns of it by a message that comes later.</summary>
    private static T Publish<T>(ref T? field, T made)
        where T : class
    {
        Volatile.Write(ref field, made);
        return made;
    }
}
