using System.Collections.Immutable;
using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Media.Control;

/// <summary>Where a server listens.</summary>
/// <param name="Protocol">UDP or TCP.</param>
/// <param name="Ip">The local address to bind, IPv4 or IPv6, in text.</param>
/// <param name="AnnouncedAddress">The address or host name that candidates carry instead of <paramref name="Ip"/>; null: the bound one.</param>
/// <param name="Port">0: any free port.</param>
/// <param name="ExposeInternalIp">With an announced address: candidates carry the bound one too, at a lower priority.</param>
/// <param name="PortRange">One of these, chosen at random among the free ones, with <paramref name="Port"/> 0; null: <paramref name="Port"/>.</param>
public sealed record ListenInfo(
    TransportProtocol Protocol, string Ip, string? AnnouncedAddress, ushort Port, bool ExposeInternalIp = false, PortRange? PortRange = null);

/// <summary>What a WebRtcServer needs of the media plane.</summary>
public sealed record ServerSettings(ImmutableArray<ListenInfo> ListenInfos);

/// <summary>What a WebRtcTransport needs of the media plane.</summary>
/// <param name="EnableUdp">Offer UDP candidates.</param>
/// <param name="EnableTcp">Offer TCP candidates.</param>
/// <param name="PreferUdp">Give UDP candidates the higher priority.</param>
/// <param name="PreferTcp">Give TCP candidates the higher priority.</param>
/// <param name="InitialAvailableOutgoingBitrate">In bit/s.</param>
/// <param name="IceConsentTimeoutSeconds">0: off; otherwise 10 … 60.</param>
/// <param name="MaxTuples">How many 5-tuples may be valid at once.</param>
/// <param name="TuplePolicy">What happens to one more.</param>
public sealed record TransportSettings(
    bool EnableUdp,
    bool EnableTcp,
    bool PreferUdp,
    bool PreferTcp,
    int InitialAvailableOutgoingBitrate,
    int IceConsentTimeoutSeconds,
    int MaxTuples,
    TupleLimitPolicy TuplePolicy);

/// <summary>What a producer needs of the media plane: the parameters as its client sends, and how they map into the Router's.</summary>
/// <param name="Id">The producer's world-wide id, for dumps and statistics.</param>
/// <param name="Kind">Audio or video.</param>
/// <param name="RtpParameters">As sent by the client.</param>
/// <param name="RtpMapping">Client's payload types and encodings → the Router's.</param>
/// <param name="ConsumableRtpParameters">What consumers start from: the Router's payload types and header extension ids.</param>
/// <param name="Paused">Start paused.</param>
/// <param name="KeyFrameRequestDelayMs">Least time between two key-frame requests; 0: the default of one second.</param>
/// <param name="ReportsDemand">
/// The other side of a pipe sends only what is wanted here: tell by <see cref="ITransportEvents.ProducerDemandChanged"/> what that is.
/// </param>
public sealed record ProducerSettings(
    string Id,
    MediaKind Kind,
    RtpParameters RtpParameters,
    RtpMapping RtpMapping,
    RtpParameters ConsumableRtpParameters,
    bool Paused,
    int KeyFrameRequestDelayMs,
    bool ReportsDemand = false);

/// <summary>What a consumer needs of the media plane.</summary>
/// <param name="Id">The consumer's world-wide id, for dumps and statistics.</param>
/// <param name="Kind">Audio or video.</param>
/// <param name="RtpParameters">What the consuming client was told: payload types, header extension ids, SSRCs.</param>
/// <param name="Paused">Start paused.</param>
/// <param name="Type">How it forwards.</param>
/// <param name="PreferredLayers">The highest layers to forward; null: the highest there are.</param>
/// <param name="Priority">1 … 255: who gets more of the path when it is narrow.</param>
/// <param name="IgnoreDtx">Do not forward Opus packets that carry no sound.</param>
/// <param name="Encoding">
/// Forward this encoding of the producer, by its place, and no other, with all layers inside or those of <see cref="IMediaPlane.SetPipedTargets"/>,
/// under its own timestamps. That is how a producer crosses a pipe: one consumer of type <see cref="ConsumerType.Pipe"/> for each encoding, whose <paramref name="RtpParameters"/> have
/// the one SSRC that the far producer has for it. Null: one stream made of all encodings.
/// </param>
public sealed record ConsumerSettings(
    string Id,
    MediaKind Kind,
    RtpParameters RtpParameters,
    bool Paused,
    ConsumerType Type = ConsumerType.Simple,
    ConsumerLayers? PreferredLayers = null,
    int Priority = 1,
    bool IgnoreDtx = false,
    int? Encoding = null);
