using System.Collections.Immutable;
using Sfu.Actors.Protocol;
using Sfu.Media.Control;
using Sfu.Media.Ortc;

namespace Sfu.Host.Signaling;

/// <summary>What a client asks for, checked for types and lengths; whether it is possible is for the Router to say.</summary>
internal abstract record ClientRequest
{
    private ClientRequest()
    {
    }

    public sealed record GetRouterRtpCapabilities : ClientRequest;

    public sealed record CreateWebRtcTransport(bool ForceTcp, bool Producing, bool Consuming) : ClientRequest;

    /// <param name="DisplayName">For people.</param>
    /// <param name="Device">JSON that the others are told.</param>
    /// <param name="RtpCapabilities">Null: the peer does not want to receive.</param>
    /// <param name="MovesTransports">
    /// An extension of this server: the client understands <c>transportClosed</c> and <c>moveTransport</c>, and makes another transport. One that
    /// does not is sent away instead, and joins anew.
    /// </param>
    public sealed record Join(string DisplayName, JsonText Device, RtpCapabilities? RtpCapabilities, bool MovesTransports) : ClientRequest;

    /// <summary>An extension of this server: the client has come over to another transport.</summary>
    public sealed record CloseTransport(TransportId TransportId) : ClientRequest;

    public sealed record ConnectWebRtcTransport(TransportId TransportId, DtlsParameters DtlsParameters) : ClientRequest;

    public sealed record RestartIce(TransportId TransportId) : ClientRequest;

    public sealed record Produce(TransportId TransportId, MediaKind Kind, RtpParameters RtpParameters, JsonText AppData) : ClientRequest;

    public sealed record CloseProducer(ProducerId ProducerId) : ClientRequest;

    public sealed record PauseProducer(ProducerId ProducerId) : ClientRequest;

    public sealed record ResumeProducer(ProducerId ProducerId) : ClientRequest;

    public sealed record PauseConsumer(ConsumerId ConsumerId) : ClientRequest;

    public sealed record ResumeConsumer(ConsumerId ConsumerId) : ClientRequest;

    public sealed record RequestConsumerKeyFrame(ConsumerId ConsumerId) : ClientRequest;

    public sealed record SetConsumerPreferredLayers(ConsumerId ConsumerId, ConsumerLayers Layers) : ClientRequest;

    public sealed record SetConsumerPriority(ConsumerId ConsumerId, int Priority) : ClientRequest;

    public sealed record ChangeDisplayName(string DisplayName) : ClientRequest;

    public sealed record GetTransportStats(TransportId TransportId) : ClientRequest;

    public sealed record GetProducerStats(ProducerId ProducerId) : ClientRequest;

    public sealed record GetConsumerStats(ConsumerId ConsumerId) : ClientRequest;

    /// <summary>
    /// An extension of this server: takes up the session that a lost WebSocket left behind. It lists what the client still has, so that
    /// both sides agree again.
    /// </summary>
    public sealed record ResumeSession(string Token, ImmutableHashSet<string> Producers, ImmutableHashSet<string> Consumers) : ClientRequest;
}
