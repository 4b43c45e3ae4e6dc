using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Bridge;

/// <summary>
/// Turns a transport's media events into messages to its actor. Media thread; never blocks. Answers and endings are a message each. What
/// a peer can repeat at will, changes of its paths, is collected in a <see cref="PathMailbox"/>; so such a change may reach the actor
/// before an event of another kind that was reported earlier, but never after one that was reported later. What is reported after the
/// actor's end goes nowhere: of ten thousand transports that close at once, the farewells would all be dead letters.
/// </summary>
internal sealed class TransportBridge(IActorRef transport, PathMailbox paths) : ITransportEvents
{
    private volatile bool _muted;

    /// <summary>The actor has ended and told what was to be told. Actor only.</summary>
    public void Mute() => _muted = true;

    public void TransportOpened(IceParameters iceParameters, ImmutableArray<IceCandidate> iceCandidates, DtlsParameters dtlsParameters) =>
        Actor?.Tell(new MediaEvents.TransportOpened(iceParameters, iceCandidates, dtlsParameters), ActorRefs.NoSender);

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

    public void ProducerScoresChanged(ProducerHandle producer, ImmutableArray<EncodingScore> scores) =>
        Actor?.Tell(new MediaEvents.ProducerScoresChanged(producer, scores), ActorRefs.NoSender);

    public void ProducerVideoOrientationChanged(ProducerHandle producer, VideoOrientation orientation) =>
        Actor?.Tell(new MediaEvents.ProducerVideoOrientationChanged(producer, orientation), ActorRefs.NoSender);

    public void ConsumerScoreChanged(ConsumerHandle consumer, ConsumerScore score) =>
        Actor?.Tell(new MediaEvents.ConsumerScoreChanged(consumer, score), ActorRefs.NoSender);

    public void ConsumerLayersChanged(ConsumerHandle consumer, ConsumerLayers? layers) =>
        Actor?.Tell(new MediaEvents.ConsumerLayersChanged(consumer, layers), ActorRefs.NoSender);

    public void AudioLevelsMeasured(ProducerHandle producer, ImmutableArray<byte> levels) =>
        Actor?.Tell(new MediaEvents.AudioLevelsMeasured(producer, levels), ActorRefs.NoSender);

    public void TransportTraced(MediaTrace trace) => Actor?.Tell(new MediaEvents.TransportTraced(trace), ActorRefs.NoSender);

    public void ProducerTraced(ProducerHandle producer, MediaTrace trace) =>
        Actor?.Tell(new MediaEvents.ProducerTraced(producer, trace), ActorRefs.NoSender);

    public void ConsumerTraced(ConsumerHandle consumer, MediaTrace trace) =>
        Actor?.Tell(new MediaEvents.ConsumerTraced(consumer, trace), ActorRefs.NoSender);

    public void TransportClosed(MediaError? error) => Actor?.Tell(new MediaEvents.TransportClosed(error), ActorRefs.NoSender);

    private IActorRef? Actor => _muted ? null : transport;

    private PathMailbox? Paths => _muted ? null : paths;
}
