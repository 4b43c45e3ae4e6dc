using Sfu.Media.Ice;
using Sfu.Media.Ortc;

namespace Sfu.Media.Control;

/// <summary>
/// The seam between the actors and the media threads. Any thread. Every command returns at once, never blocks and never throws
/// for what a peer or a client did: success, failure and later changes come back through the event interfaces, and answers to
/// queries carry the request id that the caller chose. Commands for a handle that has been closed are ignored.
/// </summary>
/// <remarks>
/// Commands from one caller are carried out in the order in which they were made. Events of one transport arrive one after the
/// other, in order, on a media thread: an implementation of an event interface must return quickly and must not block.
/// </remarks>
public interface IMediaPlane
{
    ServerHandle NewServerHandle();

    TransportHandle NewTransportHandle();

    ProducerHandle NewProducerHandle();

    ConsumerHandle NewConsumerHandle();

    /// <summary>Binds the sockets. Ends in <see cref="IServerEvents.ServerOpened"/> or <see cref="IServerEvents.ServerClosed"/> with an error.</summary>
    void OpenServer(ServerHandle server, ServerSettings settings, IServerEvents events);

    /// <summary>
    /// Marks the server as closing. Its sockets close when its last transport has left, so that each transport's DTLS
    /// close_notify still leaves by the live socket; then comes <see cref="IServerEvents.ServerClosed"/>. New transports are refused.
    /// </summary>
    void CloseServer(ServerHandle server);

    /// <summary>Ends in <see cref="ITransportEvents.TransportOpened"/> or <see cref="ITransportEvents.TransportClosed"/> with an error.</summary>
    void OpenTransport(TransportHandle transport, ServerHandle server, TransportSettings settings, ITransportEvents events);

    /// <summary>
    /// Gives the remote DTLS parameters and starts the handshake. Ends in <see cref="ITransportEvents.Connected"/> with the local
    /// role or in <see cref="ITransportEvents.RequestFailed"/> (already connected, no usable fingerprint).
    /// </summary>
    void ConnectTransport(TransportHandle transport, long requestId, DtlsParameters remote);

    /// <summary>New ICE credentials; the old ones stay valid until the first request with the new. Ends in <see cref="ITransportEvents.IceRestarted"/>.</summary>
    void RestartIce(TransportHandle transport, long requestId);

    /// <summary>
    /// Opens a transport without ICE and DTLS, with sockets of its own. Ends in <see cref="ITransportEvents.PlainTransportOpened"/> or
    /// <see cref="ITransportEvents.TransportClosed"/> with an error. What carries media is the same as for any transport.
    /// </summary>
    void OpenPlainTransport(TransportHandle transport, PlainTransportSettings settings, ITransportEvents events);

    /// <summary>
    /// Tells a plain transport who is on the other side, once. Ends in <see cref="ITransportEvents.PlainTransportConnected"/> or in
    /// <see cref="ITransportEvents.RequestFailed"/> (connected already, an address or key that is missing, superfluous or not usable). With
    /// comedia and without SRTP it is not needed.
    /// </summary>
    void ConnectPlainTransport(TransportHandle transport, long requestId, PlainRemote remote);

    /// <summary>
    /// Sends DTLS close_notify, drops everything the transport carries and ends in exactly one <see cref="ITransportEvents.TransportClosed"/>. What
    /// goes with it (ufrags, tuples, states, consumers) is not told: who asks knows.
    /// </summary>
    void CloseTransport(TransportHandle transport);

    /// <summary>Ends in <see cref="ITransportEvents.ProducerAdded"/> or <see cref="ITransportEvents.RequestFailed"/> (an SSRC or MID is taken).</summary>
    void AddProducer(TransportHandle transport, long requestId, ProducerHandle producer, ProducerSettings settings);

    void PauseProducer(ProducerHandle producer);

    void ResumeProducer(ProducerHandle producer);

    void CloseProducer(ProducerHandle producer);

    /// <summary>
    /// Adds a consumer of <paramref name="producer"/> to <paramref name="transport"/>. Ends in <see cref="ITransportEvents.ConsumerAdded"/>
    /// or <see cref="ITransportEvents.RequestFailed"/>.
    /// </summary>
    void AddConsumer(TransportHandle transport, long requestId, ConsumerHandle consumer, ProducerHandle producer, ConsumerSettings settings);

    void PauseConsumer(ConsumerHandle consumer);

    void ResumeConsumer(ConsumerHandle consumer);

    void RequestKeyFrame(ConsumerHandle consumer);

    void CloseConsumer(ConsumerHandle consumer);

    /// <summary>The highest layers to forward from now on. What comes of it is <see cref="ITransportEvents.ConsumerLayersChanged"/>.</summary>
    void SetPreferredLayers(ConsumerHandle consumer, ConsumerLayers layers);

    /// <summary>
    /// Which layers a consumer with <see cref="ConsumerSettings.Encoding"/> forwards from now on; all before the first time. More spatial layers begin
    /// with a key frame, which is asked for.
    /// </summary>
    /// <param name="consumer">Whose.</param>
    /// <param name="targets">As in <see cref="WantedLayers.Targets"/>; of simulcast only those of its own encoding count.</param>
    void SetPipedTargets(ConsumerHandle consumer, int targets);

    /// <param name="consumer">Whose.</param>
    /// <param name="priority">1 … 255: who gets more of the path when it is narrow.</param>
    void SetPriority(ConsumerHandle consumer, int priority);

    void SetBitrateLimits(TransportHandle transport, BitrateLimits limits);

    /// <summary>From now on these, and only these, are told by <see cref="ITransportEvents.TransportTraced"/>.</summary>
    void TraceTransport(TransportHandle transport, MediaTraceTypes types);

    /// <summary>From now on these, and only these, are told by <see cref="ITransportEvents.ProducerTraced"/>.</summary>
    void TraceProducer(ProducerHandle producer, MediaTraceTypes types);

    /// <summary>From now on these, and only these, are told by <see cref="ITransportEvents.ConsumerTraced"/>.</summary>
    void TraceConsumer(ConsumerHandle consumer, MediaTraceTypes types);

    /// <summary>Whether an audio producer's loudness is told by <see cref="ITransportEvents.AudioLevelsMeasured"/>.</summary>
    void MeasureAudioLevels(ProducerHandle producer, bool measure);

    /// <summary>Ends in <see cref="ITransportEvents.StatsReady"/> or <see cref="ITransportEvents.RequestFailed"/>.</summary>
    void GetTransportStats(TransportHandle transport, long requestId);

    /// <summary>Ends in <see cref="ITransportEvents.StatsReady"/> of the transport that carries the producer, or <see cref="ITransportEvents.RequestFailed"/>.</summary>
    void GetProducerStats(TransportHandle transport, long requestId, ProducerHandle producer);

    /// <summary>Ends in <see cref="ITransportEvents.StatsReady"/> of the transport that carries the consumer, or <see cref="ITransportEvents.RequestFailed"/>.</summary>
    void GetConsumerStats(TransportHandle transport, long requestId, ConsumerHandle consumer);

    /// <summary>Describes everything that the media plane holds. <paramref name="events"/> is called on a media thread.</summary>
    void Dump(long requestId, IMediaPlaneEvents events);

    /// <summary>Sums up what the media threads have done; cheap enough for once a second. <paramref name="events"/> is called on a media thread.</summary>
    void MeasureLoad(long requestId, IMediaPlaneEvents events);
}
