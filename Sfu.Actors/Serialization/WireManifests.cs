using System.Collections.Frozen;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;

namespace Sfu.Actors.Serialization;

/// <summary>
/// The names of messages between nodes: the contract of a rolling upgrade. A name is never reused. A new member needs no new name (readers
/// skip what they don't know, and take the default for what is missing); a change of meaning does: the next number, with the old one still
/// read.
/// </summary>
internal static class WireManifests
{
    private static readonly (string Manifest, Type Type)[] _all =
    [
        ("router/get-router-rtp-capabilities/1", typeof(RouterProtocol.GetRouterRtpCapabilities)),
        ("router/create-router/1", typeof(RouterProtocol.CreateRouter)),
        ("router/close-router/1", typeof(RouterProtocol.CloseRouter)),
        ("router/create-web-rtc-transport/1", typeof(RouterProtocol.CreateWebRtcTransport)),
        ("router/connect-web-rtc-transport/1", typeof(RouterProtocol.ConnectWebRtcTransport)),
        ("router/restart-ice/1", typeof(RouterProtocol.RestartIce)),
        ("router/close-transport/1", typeof(RouterProtocol.CloseTransport)),
        ("router/get-transport-stats/1", typeof(RouterProtocol.GetTransportStats)),
        ("router/subscribe-transport/1", typeof(RouterProtocol.SubscribeTransport)),
        ("router/unsubscribe-transport/1", typeof(RouterProtocol.UnsubscribeTransport)),
        ("router/produce/1", typeof(RouterProtocol.Produce)),
        ("router/pause-producer/1", typeof(RouterProtocol.PauseProducer)),
        ("router/resume-producer/1", typeof(RouterProtocol.ResumeProducer)),
        ("router/close-producer/1", typeof(RouterProtocol.CloseProducer)),
        ("router/get-producer-stats/1", typeof(RouterProtocol.GetProducerStats)),
        ("router/consume/1", typeof(RouterProtocol.Consume)),
        ("router/pause-consumer/1", typeof(RouterProtocol.PauseConsumer)),
        ("router/resume-consumer/1", typeof(RouterProtocol.ResumeConsumer)),
        ("router/request-consumer-key-frame/1", typeof(RouterProtocol.RequestConsumerKeyFrame)),
        ("router/set-consumer-preferred-layers/1", typeof(RouterProtocol.SetConsumerPreferredLayers)),
        ("router/set-consumer-priority/1", typeof(RouterProtocol.SetConsumerPriority)),
        ("router/close-consumer/1", typeof(RouterProtocol.CloseConsumer)),
        ("router/get-consumer-stats/1", typeof(RouterProtocol.GetConsumerStats)),
        ("router/can-consume/1", typeof(RouterProtocol.CanConsume)),
        ("router/dump-router/1", typeof(RouterProtocol.DumpRouter)),
        ("peer/attach-peer/1", typeof(PeerProtocol.AttachPeer)),
        ("peer/update-peer/1", typeof(PeerProtocol.UpdatePeer)),
        ("peer/detach-peer/1", typeof(PeerProtocol.DetachPeer)),
        ("reply/rejected/1", typeof(Rejected)),
        ("reply/done/1", typeof(Done)),
        ("reply/router-rtp-capabilities/1", typeof(RouterRtpCapabilities)),
        ("reply/router-created/1", typeof(RouterCreated)),
        ("reply/transport-created/1", typeof(TransportCreated)),
        ("reply/transport-connected/1", typeof(TransportConnected)),
        ("reply/ice-restarted/1", typeof(IceRestarted)),
        ("reply/transport-subscribed/1", typeof(TransportSubscribed)),
        ("reply/produced/1", typeof(Produced)),
        ("reply/consumed/1", typeof(Consumed)),
        ("reply/stats/1", typeof(Stats)),
        ("reply/can-consume-answer/1", typeof(CanConsumeAnswer)),
        ("reply/peer-attached/1", typeof(PeerAttached)),
        ("reply/router-dump/1", typeof(RouterDump)),
        ("event/peer-joined/1", typeof(SessionEvents.PeerJoined)),
        ("event/peer-updated/1", typeof(SessionEvents.PeerUpdated)),
        ("event/peer-left/1", typeof(SessionEvents.PeerLeft)),
        ("event/peer-detached/1", typeof(SessionEvents.PeerDetached)),
        ("event/router-closed/1", typeof(SessionEvents.RouterClosed)),
        ("event/producer-opened/1", typeof(SessionEvents.ProducerOpened)),
        ("event/producer-closed/1", typeof(SessionEvents.ProducerClosed)),
        ("event/producer-paused/1", typeof(SessionEvents.ProducerPaused)),
        ("event/producer-resumed/1", typeof(SessionEvents.ProducerResumed)),
        ("event/consumer-closed/1", typeof(SessionEvents.ConsumerClosed)),
        ("event/consumer-paused/1", typeof(SessionEvents.ConsumerPaused)),
        ("event/consumer-resumed/1", typeof(SessionEvents.ConsumerResumed)),
        ("event/transport-closed/1", typeof(SessionEvents.TransportClosed)),
        ("event/ice-state-changed/1", typeof(SessionEvents.IceStateChanged)),
        ("event/dtls-state-changed/1", typeof(SessionEvents.DtlsStateChanged)),
        ("event/selected-tuple-changed/1", typeof(SessionEvents.SelectedTupleChanged)),
        ("event/local-ufrag-added/1", typeof(SessionEvents.LocalUfragAdded)),
        ("event/local-ufrag-removed/1", typeof(SessionEvents.LocalUfragRemoved)),
        ("event/tuple-added/1", typeof(SessionEvents.TupleAdded)),
        ("event/tuple-removed/1", typeof(SessionEvents.TupleRemoved)),
        ("event/tuple-send-queue-overflowed/1", typeof(SessionEvents.TupleSendQueueOverflowed)),
        ("event/transport-state/1", typeof(SessionEvents.TransportState)),
        ("branch/open-transport/1", typeof(BranchProtocol.OpenTransport)),
        ("branch/add-producer/1", typeof(BranchProtocol.AddProducer)),
        ("branch/add-consumer/1", typeof(BranchProtocol.AddConsumer)),
        ("branch/end-transport/1", typeof(BranchProtocol.EndTransport)),
        ("branch/producer-gone/1", typeof(BranchProtocol.ProducerGone)),
        ("branch/producer-pause-changed/1", typeof(BranchProtocol.ProducerPauseChanged)),
        ("branch/remember-peer/1", typeof(BranchProtocol.RememberPeer)),
        ("branch/forget-peer/1", typeof(BranchProtocol.ForgetPeer)),
        ("branch/router-closing/1", typeof(BranchProtocol.RouterClosing)),
        ("branch/branch-opened/1", typeof(BranchProtocol.BranchOpened)),
        ("branch/attach-branch/1", typeof(BranchProtocol.AttachBranch)),
        ("branch/branch-attached/1", typeof(BranchProtocol.BranchAttached)),
        ("branch/transport-opened/1", typeof(BranchProtocol.TransportOpened)),
        ("branch/transport-ended/1", typeof(BranchProtocol.TransportEnded)),
        ("branch/producer-added/1", typeof(BranchProtocol.ProducerAdded)),
        ("branch/producer-ended/1", typeof(BranchProtocol.ProducerEnded)),
        ("branch/producer-pause-done/1", typeof(BranchProtocol.ProducerPauseDone)),
        ("branch/consumer-added/1", typeof(BranchProtocol.ConsumerAdded)),
        ("branch/consumer-ended/1", typeof(BranchProtocol.ConsumerEnded)),
    ];

    public static FrozenDictionary<string, Type> Types { get; } = _all.ToFrozenDictionary(entry => entry.Manifest, entry => entry.Type);

    public static FrozenDictionary<Type, string> Manifests { get; } = _all.ToFrozenDictionary(entry => entry.Type, entry => entry.Manifest);
}
