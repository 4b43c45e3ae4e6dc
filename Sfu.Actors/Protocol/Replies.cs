using System.Collections.Immutable;
using Akka.Actor;
using Sfu.Media.Control;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Actors.Protocol;

/// <summary>What may answer <see cref="RouterProtocol.GetRouterRtpCapabilities"/>.</summary>
public interface IRouterRtpCapabilitiesReply : IWireReply;

/// <summary>What may answer <see cref="RouterProtocol.CreateRouter"/>.</summary>
public interface ICreateRouterReply : IWireReply;

/// <summary>What may answer <see cref="RouterProtocol.CreateWebRtcTransport"/>.</summary>
public interface ICreateTransportReply : IWireReply;

/// <summary>What may answer <see cref="RouterProtocol.ConnectWebRtcTransport"/>.</summary>
public interface IConnectTransportReply : IWireReply;

/// <summary>What may answer <see cref="RouterProtocol.RestartIce"/>.</summary>
public interface IRestartIceReply : IWireReply;

/// <summary>What may answer <see cref="RouterProtocol.SubscribeTransport"/>.</summary>
public interface ISubscribeTransportReply : IWireReply;

/// <summary>What may answer <see cref="RouterProtocol.Produce"/>.</summary>
public interface IProduceReply : IWireReply;

/// <summary>What may answer <see cref="RouterProtocol.Consume"/>.</summary>
public interface IConsumeReply : IWireReply;

/// <summary>What may answer a request for statistics.</summary>
public interface IStatsReply : IWireReply;

/// <summary>What may answer <see cref="RouterProtocol.CanConsume"/>.</summary>
public interface ICanConsumeReply : IWireReply;

/// <summary>What may answer <see cref="RouterProtocol.DumpRouter"/>.</summary>
public interface IDumpRouterReply : IWireReply;

/// <summary>What may answer <see cref="RouterProtocol.DumpTransport"/>.</summary>
public interface IDumpTransportReply : IWireReply;

/// <summary>What may answer <see cref="PeerProtocol.AttachPeer"/>.</summary>
public interface IAttachPeerReply : IWireReply;

/// <summary>What may answer a request to make an observer.</summary>
public interface ICreateObserverReply : IWireReply;

/// <summary>What may answer a request that has nothing to tell.</summary>
public interface IDoneReply : IWireReply;

/// <summary>The failure among the answers to every request. Nothing was changed, unless the request was to close.</summary>
public sealed record Rejected(long RequestId, SfuError Error) :
    IRouterRtpCapabilitiesReply, ICreateRouterReply, ICreateTransportReply, IConnectTransportReply, IRestartIceReply, IProduceReply, IConsumeReply,
    IStatsReply, ICanConsumeReply, IDumpRouterReply, IDumpTransportReply, IAttachPeerReply, ICreateObserverReply, ISubscribeTransportReply, IDoneReply,
    ICreatePlainTransportReply, IConnectPlainTransportReply, IPipeToRouterReply,
    IDumpClusterReply, NodeProtocol.IDumpNodeReply, NodeProtocol.IDrainNodeReply, NodeProtocol.IOpenServerReply, NodeProtocol.ISubscribeServerReply
{
    public Rejected(long requestId, SfuErrorCode code, string reason)
        : this(requestId, new SfuError(code, reason))
    {
    }
}

/// <summary>It is done, and there is nothing more to say.</summary>
public sealed record Done(long RequestId) : IDoneReply;

public sealed record RouterRtpCapabilities(long RequestId, RtpCapabilities RtpCapabilities) : IRouterRtpCapabilitiesReply;

public sealed record RouterCreated(long RequestId, RouterId RouterId, RtpCapabilities RtpCapabilities) : ICreateRouterReply;

/// <param name="RequestId">The asker's.</param>
/// <param name="TransportId">The new transport.</param>
/// <param name="Transport">Its actor: to watch, and for requests that concern the transport alone.</param>
/// <param name="IceParameters">For the client.</param>
/// <param name="IceCandidates">For the client.</param>
/// <param name="DtlsParameters">For the client: the fingerprints of this node's certificate.</param>
public sealed record TransportCreated(
    long RequestId,
    TransportId TransportId,
    IActorRef Transport,
    IceParameters IceParameters,
    ImmutableArray<IceCandidate> IceCandidates,
    DtlsParameters DtlsParameters) : ICreateTransportReply;

/// <summary>The remote parameters are accepted and the handshake may begin.</summary>
public sealed record TransportConnected(long RequestId, DtlsRole LocalRole) : IConnectTransportReply;

public sealed record IceRestarted(long RequestId, IceParameters IceParameters) : IRestartIceReply;

/// <param name="RequestId">The asker's.</param>
/// <param name="Transport">Its actor: to watch, which also tells of the loss of its node.</param>
public sealed record TransportSubscribed(long RequestId, IActorRef Transport) : ISubscribeTransportReply;

public sealed record Produced(long RequestId, ProducerId ProducerId, ProducerType Type) : IProduceReply;

/// <param name="RequestId">The asker's.</param>
/// <param name="ConsumerId">The new Consumer.</param>
/// <param name="ProducerId">What it consumes.</param>
/// <param name="ProducerPeerId">Whose Producer that is.</param>
/// <param name="Kind">Audio or video.</param>
/// <param name="Type">How it forwards.</param>
/// <param name="RtpParameters">For the client.</param>
/// <param name="Paused">Whether it is paused itself.</param>
/// <param name="ProducerPaused">Whether its Producer is.</param>
/// <param name="ProducerAppData">The Producer's.</param>
/// <param name="PreferredLayers">The highest layers to forward; null where it has but one.</param>
/// <param name="Score">As far as it is known; later ones come as <see cref="SessionEvents.ConsumerScoreChanged"/>.</param>
public sealed record Consumed(
    long RequestId,
    ConsumerId ConsumerId,
    ProducerId ProducerId,
    PeerId? ProducerPeerId,
    MediaKind Kind,
    ConsumerType Type,
    RtpParameters RtpParameters,
    bool Paused,
    bool ProducerPaused,
    JsonText ProducerAppData,
    ConsumerLayers? PreferredLayers = null,
    ConsumerScore? Score = null) : IConsumeReply;

public sealed record Stats(long RequestId, ImmutableArray<MediaStats> Entries) : IStatsReply;

public sealed record CanConsumeAnswer(long RequestId, bool CanConsume) : ICanConsumeReply;

/// <summary>It is there, made now or before.</summary>
public sealed record ObserverCreated(long RequestId, ObserverId ObserverId) : ICreateObserverReply;
