using System.Collections.Immutable;
using Sfu.Actors.Protocol;
using Sfu.Actors.Routing;
using Sfu.Media.Control;

namespace Sfu.Actors.Serialization.Contract;

/// <summary>Ids, settings and records that messages carry.</summary>
internal static class CarriedWire
{
    public static void AddTo(WireTableBuilder table) => table
        .Text<RouterId>(text => new RouterId(text), id => id.ToString(), new RouterId(string.Empty))
        .Text<TransportId>(text => new TransportId(text), id => id.ToString(), new TransportId(string.Empty))
        .Text<ProducerId>(text => new ProducerId(text), id => id.ToString(), new ProducerId(string.Empty))
        .Text<ConsumerId>(text => new ConsumerId(text), id => id.ToString(), new ConsumerId(string.Empty))
        .Text<ObserverId>(text => new ObserverId(text), id => id.ToString(), new ObserverId(string.Empty))
        .Text<PeerId>(text => new PeerId(text), id => id.ToString(), new PeerId(string.Empty))
        .Text<ServerId>(text => new ServerId(text), id => id.ToString(), new ServerId(string.Empty))
        .Text<JsonText>(text => new JsonText(text), json => json.ToString(), JsonText.EmptyObject)
        .Enumeration<CloseReason>()
        .Enumeration<SfuErrorCode>()
        .Enumeration<DtlsTransportState>()
        .Enumeration<TransportKind>()
        .Record<SfuError>("Code:1 Reason:2")
        .Record<TupleInfo>("Protocol:1 LocalAddress:2 LocalPort:3 RemoteAddress:4 RemotePort:5 Id:6")
        .Record<LocalAddress>("Address:1 Port:2")
        .Record<PortRange>("Min:1 Max:2")
        .Record<ListenInfo>("Protocol:1 Ip:2 AnnouncedAddress:3 Port:4 ExposeInternalIp:5 PortRange:6")
        .Collection<ImmutableArray<ListenInfo>, ListenInfo>("ListenInfos", infos => infos.IsDefault ? [] : infos, infos => infos)
        .Record<WebRtcTransportOptions>(
            "Server:1 ListenInfos:2 EnableUdp:3 EnableTcp:4 PreferUdp:5 PreferTcp:6 InitialAvailableOutgoingBitrate:7 MaxIncomingBitrate:8 "
            + "IceConsentTimeout:9 MaxTuples:10 TuplePolicy:11 AppData:12")
        .Record<BitrateLimits>("MaxIncoming:1 MaxOutgoing:2 MinOutgoing:3")
        .Record<ConsumerLayers>("SpatialLayer:1 TemporalLayer:2")
        .Record<ConsumerScore>("Score:1 ProducerScore:2 ProducerScores:3")
        .Record<EncodingScore>("EncodingIdx:1 Ssrc:2 Rid:3 Score:4")
        .Record<VideoOrientation>("Camera:1 Flip:2 Rotation:3")
        .Record<PeerInfo>("PeerId:1 DisplayName:2 Device:3 AppData:4")
        .Record<PeerRecord>("Info:1 Session:2 RtpCapabilities:3")
        .Record<RouterSetup>("MediaCodecs:1 Explicit:2 AppData:3")
        .Record<TransportRecord>("TransportId:1 PeerId:2 Owner:3 Open:4 Kind:5")
        .Record<ProducerInfo>("ProducerId:1 PeerId:2 Kind:3 Type:4 Paused:5 AppData:6")
        .Record<ProducerRecord>("ProducerId:1 TransportId:2 PeerId:3 Kind:4 Type:5 Consumable:6 AppData:7 Paused:8 Open:9")
        .Record<ProducerLevels>("ProducerId:1 Levels:2")
        .Record<ProducerVolume>("ProducerId:1 PeerId:2 Volume:3")
        .Record<ConsumerRecord>("ConsumerId:1 TransportId:2 ProducerId:3 Open:4")
        .Record<BranchSnapshot>("Setup:1 Peers:2 Transports:3 Producers:4 Consumers:5")
        .Record<ActiveSpeakerObserverOptions>("IntervalMs:1")
        .Record<AudioLevelObserverOptions>("MaxEntries:1 Threshold:2 IntervalMs:3")
        .Record<RouterTransportDump>("TransportId:1 PeerId:2 Open:3 Kind:4")
        .Record<RouterProducerDump>("ProducerId:1 TransportId:2 PeerId:3 Kind:4 Paused:5 Open:6")
        .Record<RouterConsumerDump>("ConsumerId:1 TransportId:2 ProducerId:3 Open:4")
        .Record<TransportProducerDump>("ProducerId:1 Kind:2 Type:3 Paused:4 Score:5 VideoOrientation:6 Traced:7 Pending:8")
        .Record<TransportConsumerDump>(
            "ConsumerId:1 ProducerId:2 Kind:3 Type:4 Paused:5 ProducerPaused:6 PreferredLayers:7 CurrentLayers:8 Priority:9 Score:10 Traced:11 Pending:12");
}
