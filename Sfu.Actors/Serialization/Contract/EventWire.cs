using Sfu.Actors.Protocol;

namespace Sfu.Actors.Serialization.Contract;

/// <summary>What owners, subscribers and peers are told.</summary>
internal static class EventWire
{
    public static void AddTo(WireTableBuilder table) => table
        .Message<SessionEvents.PeerJoined>("event/peer-joined/1", "RouterId:1 Peer:2")
        .Message<SessionEvents.PeerUpdated>("event/peer-updated/1", "RouterId:1 Peer:2")
        .Message<SessionEvents.PeerLeft>("event/peer-left/1", "RouterId:1 PeerId:2 Reason:3")
        .Message<SessionEvents.PeerDetached>("event/peer-detached/1", "RouterId:1 PeerId:2 Reason:3")
        .Message<SessionEvents.RouterMoved>("event/router-moved/1", "RouterId:1")
        .Message<SessionEvents.RouterClosed>("event/router-closed/1", "RouterId:1 Reason:2")
        .Message<SessionEvents.ProducerOpened>("event/producer-opened/1", "RouterId:1 Producer:2")
        .Message<SessionEvents.ProducerClosed>("event/producer-closed/1", "RouterId:1 ProducerId:2 Reason:3")
        .Message<SessionEvents.ProducerPaused>("event/producer-paused/1", "RouterId:1 ProducerId:2")
        .Message<SessionEvents.ProducerResumed>("event/producer-resumed/1", "RouterId:1 ProducerId:2")
        .Message<SessionEvents.ConsumerClosed>("event/consumer-closed/1", "RouterId:1 TransportId:2 ConsumerId:3 Reason:4")
        .Message<SessionEvents.ConsumerPaused>("event/consumer-paused/1", "RouterId:1 TransportId:2 ConsumerId:3")
        .Message<SessionEvents.ConsumerResumed>("event/consumer-resumed/1", "RouterId:1 TransportId:2 ConsumerId:3")
        .Message<SessionEvents.TransportClosed>("event/transport-closed/1", "RouterId:1 TransportId:2 Reason:3")
        .Message<SessionEvents.TransportMustMove>("event/transport-must-move/1", "RouterId:1 TransportId:2 WithinMs:3")
        .Message<SessionEvents.IceStateChanged>("event/ice-state-changed/1", "RouterId:1 TransportId:2 State:3")
        .Message<SessionEvents.DtlsStateChanged>("event/dtls-state-changed/1", "RouterId:1 TransportId:2 State:3")
        .Message<SessionEvents.RtcpTupleChanged>("event/rtcp-tuple-changed/1", "RouterId:1 TransportId:2 Tuple:3")
        .Message<SessionEvents.SelectedTupleChanged>("event/selected-tuple-changed/1", "RouterId:1 TransportId:2 Tuple:3")
        .Message<SessionEvents.LocalUfragAdded>("event/local-ufrag-added/1", "RouterId:1 TransportId:2 Ufrag:3")
        .Message<SessionEvents.LocalUfragRemoved>("event/local-ufrag-removed/1", "RouterId:1 TransportId:2 Ufrag:3")
        .Message<SessionEvents.TupleAdded>("event/tuple-added/1", "RouterId:1 TransportId:2 Tuple:3")
        .Message<SessionEvents.TupleRemoved>("event/tuple-removed/1", "RouterId:1 TransportId:2 Tuple:3 Reason:4")
        .Message<SessionEvents.TupleSendQueueOverflowed>(
            "event/tuple-send-queue-overflowed/1",
            "RouterId:1 TransportId:2 Tuple:3 DroppedFrames:4")
        .Message<SessionEvents.TransportState>(
            "event/transport-state/1",
            "RouterId:1 TransportId:2 IceState:3 DtlsState:4 Ufrags:5 Tuples:6 SelectedTuple:7 RtcpTuple:8")
        .Message<SessionEvents.ProducerScoresChanged>("event/producer-scores-changed/1", "RouterId:1 ProducerId:2 Scores:3")
        .Message<SessionEvents.ProducerVideoOrientationChanged>(
            "event/producer-video-orientation-changed/1",
            "RouterId:1 ProducerId:2 Orientation:3")
        .Message<SessionEvents.ConsumerScoreChanged>("event/consumer-score-changed/1", "RouterId:1 TransportId:2 ConsumerId:3 Score:4")
        .Message<SessionEvents.ConsumerLayersChanged>("event/consumer-layers-changed/1", "RouterId:1 TransportId:2 ConsumerId:3 Layers:4")
        .Message<SessionEvents.TransportTraced>("event/transport-traced/1", "RouterId:1 TransportId:2 Trace:3")
        .Message<SessionEvents.ProducerTraced>("event/producer-traced/1", "RouterId:1 ProducerId:2 Trace:3")
        .Message<SessionEvents.ConsumerTraced>("event/consumer-traced/1", "RouterId:1 TransportId:2 ConsumerId:3 Trace:4")
        .Message<ObserverEvents.ObserverState>("event/observer-state/1", "RouterId:1 ObserverId:2 Paused:3")
        .Message<ObserverEvents.VolumesMeasured>("event/volumes-measured/1", "RouterId:1 ObserverId:2 Volumes:3")
        .Message<ObserverEvents.SilenceFell>("event/silence-fell/1", "RouterId:1 ObserverId:2")
        .Message<ObserverEvents.DominantSpeakerChanged>("event/dominant-speaker-changed/1", "RouterId:1 ObserverId:2 ProducerId:3 PeerId:4")
        .Message<ObserverEvents.ObserverClosed>("event/observer-closed/1", "RouterId:1 ObserverId:2 Reason:3");
}
