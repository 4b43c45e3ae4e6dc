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
        Tell(new MediaEvents.TransportOpened(iceParameters, iceCandidates, dtlsParameters));

    public void Connected(long requestId, DtlsRole localRole) =>
        Tell(new MediaEvents.Connected(requestId, localRole));

    public void IceRestarted(long requestId, IceParameters iceParameters) =>
        Tell(new MediaEvents.IceRestarted(requestId, iceParameters));

    public void ProducerAdded(long requestId, ProducerHandle producer) =>
        Tell(new MediaEvents.ProducerAdded(requestId, producer));

    public void ConsumerAdded(long requestId, ConsumerHandle consumer) =>
        Tell(new MediaEvents.ConsumerAdded(requestId, consumer));

    public void RequestFailed(long requestId, MediaError error) =>
        Tell(new MediaEvents.RequestFailed(requestId, error));

    public void LocalUfragAdded(string ufrag) => Paths?.LocalUfragAdded(ufrag);

    public void LocalUfragRemoved(string ufrag) => Paths?.LocalUfragRemoved(ufrag);

    public void IceStateChanged(IceState state) => Paths?.IceStateChanged(state);

    public void TupleAdded(TransportTuple tuple) => Paths?.TupleAdded(tuple);

    public void TupleRemoved(TransportTuple tuple, TupleRemovalReason reason) => Paths?.TupleRemoved(tuple, reason);

    public void SelectedTupleChanged(TransportTuple? tuple) => Paths?.SelectedTupleChanged(tuple);

    public void TupleSendQueueOverflowed(TransportTuple tuple, long droppedFrames) => Paths?.TupleSendQueueOverflowed(tuple, droppedFrames);

    public void DtlsStateChanged(DtlsTransportState state, string? remoteCertificatePem) =>
        Tell(new MediaEvents.DtlsStateChanged(state));

    public void ProducerClosed(ProducerHandle producer, MediaError? error) =>
        Tell(new MediaEvents.ProducerClosed(producer, error));

    public void ConsumerClosed(ConsumerHandle consumer, MediaError? error) =>
        Tell(new MediaEvents.ConsumerClosed(consumer, error));

    public void StatsReady(long requestId, ImmutableArray<MediaStats> stats) =>
        Tell(new MediaEvents.StatsReady(requestId, stats));

    public void TransportClosed(MediaError? error) => Tell(new MediaEvents.TransportClosed(error));

    private PathMailbox? Paths => _muted ? null : paths;

    private void Tell(MediaEvents.IMediaEvent news)
    {
        if (!_muted)
        {
            transport.Tell(news, ActorRefs.NoSender);
        }
    }
}
