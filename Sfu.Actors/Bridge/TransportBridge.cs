using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Bridge;

/// <summary>
/// Turns a transport's media events into messages to its actor. Media thread; never blocks. The media plane coalesces: one call is one
/// change of state. Changes of the set of tuples stay behind; the selected tuple is what a session acts on.
/// </summary>
internal sealed class TransportBridge(IActorRef transport) : ITransportEvents
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

    public void IceStateChanged(IceState state) => transport.Tell(new MediaEvents.IceStateChanged(state), ActorRefs.NoSender);

    public void TupleAdded(TransportTuple tuple)
    {
    }

    public void TupleRemoved(TransportTuple tuple, TupleRemovalReason reason)
    {
    }

    public void SelectedTupleChanged(TransportTuple? tuple) => transport.Tell(new MediaEvents.SelectedTupleChanged(tuple), ActorRefs.NoSender);

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
