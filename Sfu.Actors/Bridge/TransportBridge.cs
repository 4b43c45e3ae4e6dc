using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Bridge;

/// <summary>
/// Turns a transport's media events into messages to its actor. Media thread; never blocks. Answers and endings are a message each. What
/// a peer can repeat at will, changes of its paths, is collected in a <see cref="PathMailbox"/>; so such a change may reach the actor
/// before an event of another kind that was reported earlier, but never after one that was reported later.
/// </summary>
internal sealed class TransportBridge(IActorRef transport, PathMailbox paths) : ITransportEvents
{
    public void TransportOpened(IceParameters iceParameters, ImmutableArray<IceCandidate> iceCandidates, DtlsParameters dtlsParameters) =>
        transport.Tell(new MediaEvents.TransportOpened(iceParameters, iceCandidates, dtlsParameters), ActorRefs.NoSender);

    public void Connected(long requestId, DtlsRole localRole) =>
        transport.Tell(new MediaEvents.Connected(requestId, localRole), ActorRefs.NoSender);

    public void IceRestarted(long requestId, IceParameters iceParameters) =>
        transport.Tell(new MediaEvents.IceRestarted(requestId, iceParameters), ActorRefs.NoSender);

    public void ProducerAdded(long requestId, ProducerHandle producer) =>
        transport.Tell(new MediaEvents.ProducerAdded(requestId, producer), ActorRefs.NoSender);

    public void ConsumerAdded(long requestId, ConsumerHandle consumer) =>
        transport.Tell(new MediaEvents.ConsumerAdded(requestId, consumer), ActorRefs.NoSender);

    public void RequestFailed(long requestId, MediaError error) =>
        transport.Tell(new MediaEvents.RequestFailed(requestId, error), ActorRefs.NoSender);

    public void LocalUfragAdded(string ufrag) => paths.LocalUfragAdded(ufrag);

    public void LocalUfragRemoved(string ufrag) => paths.LocalUfragRemoved(ufrag);

    public void IceStateChanged(IceState state) => paths.IceStateChanged(state);

    public void TupleAdded(TransportTuple tuple) => paths.TupleAdded(tuple);

    public void TupleRemoved(TransportTuple tuple, TupleRemovalReason reason) => paths.TupleRemoved(tuple, reason);

    public void SelectedTupleChanged(TransportTuple? tuple) => paths.SelectedTupleChanged(tuple);

    public void TupleSendQueueOverflowed(TransportTuple tuple, long droppedFrames) => paths.TupleSendQueueOverflowed(tuple, droppedFrames);

    public void DtlsStateChanged(DtlsTransportState state, string? remoteCertificatePem) =>
        transport.Tell(new MediaEvents.DtlsStateChanged(state), ActorRefs.NoSender);

    public void ProducerClosed(ProducerHandle producer, MediaError? error) =>
        transport.Tell(new MediaEvents.ProducerClosed(producer, error), ActorRefs.NoSender);

    public void ConsumerClosed(ConsumerHandle consumer, MediaError? error) =>
        transport.Tell(new MediaEvents.ConsumerClosed(consumer, error), ActorRefs.NoSender);

    public void StatsReady(long requestId, ImmutableArray<MediaStats> stats) =>
        transport.Tell(new MediaEvents.StatsReady(requestId, stats), ActorRefs.NoSender);

    public void TransportClosed(MediaError? error) => transport.Tell(new MediaEvents.TransportClosed(error), ActorRefs.NoSender);
}
